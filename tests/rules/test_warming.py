"""What a process reads and compiles beforehand is what its first check needs."""

from __future__ import annotations

import subprocess
import sys

import make_demo

CODE = """
import sys, time
from jiheng import policy
from jiheng.readers import read
from jiheng.rules.engine import check
from jiheng.rules.warming import warm
document = read(sys.argv[1])
times = [time.process_time()]
warm()
times.append(time.process_time())
check(document, policy.load("hebei-2023"))
times.append(time.process_time())
print(times[1] - times[0], times[2] - times[1])
"""


def test_the_first_check_after_it_takes_a_fraction_of_it() -> None:
    file = make_demo.DEMO / "青岚县水利局2023年绩效文本.docx"
    done = subprocess.run([sys.executable, "-c", CODE, str(file)], capture_output=True, text=True, check=True)
    warming, checking = map(float, done.stdout.split())
    assert checking < warming / 4
