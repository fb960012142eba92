"""Mail, files and JSON to a Case."""
