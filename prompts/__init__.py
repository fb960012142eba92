"""One Markdown file per prompt and version."""
