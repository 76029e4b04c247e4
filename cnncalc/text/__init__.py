"""Bytes to a tree of located nodes: files, characters, YAML's traps, edits of a text."""
