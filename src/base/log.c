/* log.c: see log.h. A line is composed first and written by one call, so that lines of several
 * threads do not mix. Checked by the exact output of tests/cli. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/terminal.h"

static void write_line(const char *label, const char *colour, const char *format,
                       va_list arguments) {
    char text[1280];
    vsnprintf(text, sizeof text, format, arguments);
    terminal_tame(text);
    bool live = terminal_is_live(STDERR_FILENO), coloured = terminal_has_colour(STDERR_FILENO);
    fprintf(stderr, "%s%smatinee:%s%s %s\n", live ? "\r\033[K" : "", coloured ? colour : "",
            coloured ? "\033[0m" : "", label, text);
}

void log_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line("", "\033[1;31m", format, arguments);
    va_end(arguments);
}

void log_warning(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line(" warning:", "\033[1;33m", format, arguments);
    va_end(arguments);
}
