"""Settings that every test shares."""

from hypothesis import settings

settings.register_profile("evalcenter", deadline=None, max_examples=60)
settings.load_profile("evalcenter")
