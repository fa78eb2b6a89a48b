"""Disclosure: the departments' 绩效文本, and the public pages where they are published."""
