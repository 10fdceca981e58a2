"""The questions of each chapter's "Check yourself", one file a chapter."""
