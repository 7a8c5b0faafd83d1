"""Requests and answers, a file a subject."""
