"""The platform: a Django project, one app a stage of the year; see docs for how a stage is laid out."""
