"""Work on files from strangers in processes of their own, which have limits and end with whoever asked for them.

A limit that Python itself would keep is none: one regular expression may run for hours without looking up. So the
work is done in a process of its own (:class:`Confined`), or a program is run (:class:`Program`), and the kernel
limits its processor time and its memory.

Who asks may have threads, and a process with threads must not fork. So the forks are made by a *template*, a process
without threads that has the readers and the rules loaded and starts in a few milliseconds what is asked of it. Each
fork is watched by a *keeper*, which ends it with all that it started as soon as the one who asked is gone, were he
killed with -9. Where there is no fork (Windows), the work is done on the spot, without limits.
"""

from jiheng.confined.asking import Confined, Program
from jiheng.confined.errors import Died, OutOfMemory, OutOfTime, Stopped

__all__ = ["Confined", "Died", "OutOfMemory", "OutOfTime", "Program", "Stopped"]
