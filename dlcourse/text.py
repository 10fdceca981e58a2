"""Translation of the words that widgets, checks, plots and the command line show.

``_("…")`` looks the English sentence up in ``dlcourse/locale/<language>/LC_MESSAGES/dlcourse.mo``
and gives the sentence itself back where there is no translation. The language comes from the
environment (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``), as everywhere with gettext.
"""

import gettext
from pathlib import Path

__all__ = ["_"]

_ = gettext.translation("dlcourse", Path(__file__).with_name("locale"), fallback=True).gettext
