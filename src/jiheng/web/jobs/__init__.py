"""Work that takes longer than a click: done in the background, with progress, and safe against being killed."""
