"""What the fork server imports last: from here on it watches its parent by itself."""

from albench.execute import ignore_interrupts

ignore_interrupts.hear_again()
