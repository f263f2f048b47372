"""The desk window: a thin shell over app.desk. All words for the screen live here."""
