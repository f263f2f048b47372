"""The hunt for secrets (row 34): what is looked for, in every writing; where; and the day that might have left it there."""
