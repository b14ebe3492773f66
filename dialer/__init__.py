"""The composition root: the only package that may import every app."""

from dialer.celery import app as celery_app

__all__ = ["celery_app"]
