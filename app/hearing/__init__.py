"""What the line says, for the desk: proposals of outcomes, and the room's own library of announcements."""
