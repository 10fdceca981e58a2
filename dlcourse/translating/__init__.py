"""Keep the editions of the course in other languages in step with the English one: ``python -m dlcourse.translating``."""
