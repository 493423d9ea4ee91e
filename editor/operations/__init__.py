"""Looking after a server: its backup, its restoring, its doctor. The commands of `manage.py` call these."""
