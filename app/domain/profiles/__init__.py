"""Profiles: what a post looks like for the site that it is published on; docs/profiles.md tells how to write one."""

from app.domain.profiles.built_in import BUILT_IN, LUMEN
from app.domain.profiles.composing import composed, named, quoted_plainly
from app.domain.profiles.loading import load_profile
from app.domain.profiles.profile import Profile, ProfileError, Quotes, profile_from

__all__ = [
    "BUILT_IN",
    "LUMEN",
    "Profile",
    "ProfileError",
    "Quotes",
    "composed",
    "load_profile",
    "named",
    "profile_from",
    "quoted_plainly",
]
