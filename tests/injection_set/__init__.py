"""The PDF texts of the injection set."""
