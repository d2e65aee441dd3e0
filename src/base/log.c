/* log.c: see log.h. A line is composed first and written by one call, so that lines of several
 * threads do not mix. Checked by the exact output of tests/cli. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/terminal.h"

#define TEXT_BYTES 1280

static bool is_json;

void log_as_json(void) { is_json = true; }

static void write_json(const char *level, const char *text) {
    char escaped[2 * TEXT_BYTES], day[32];
    size_t size = 0;
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            escaped[size++] = '\\';
        escaped[size++] = (unsigned char)*text < 0x20 ? ' ' : *text;
    }
    escaped[size] = '\0';
    fprintf(stderr, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"message\":\"%s\"}\n", day,
            now.tv_nsec / 1000000, level, escaped);
}

static void write_line(const char *label, const char *colour, const char *format,
                       va_list arguments) {
    char text[TEXT_BYTES];
    vsnprintf(text, sizeof text, format, arguments);
    terminal_tame(text);
    if (is_json) {
        write_json(*label ? "warning" : "error", text);
        return;
    }
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
