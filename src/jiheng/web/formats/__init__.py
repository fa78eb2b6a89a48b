"""How numbers are written: Django groups Chinese ones by no sign at all."""
