/* progress.c: the live line: label, bar, share done, rate, time left, note. See progress.h.
 *
 * Idea     The line is composed whole, cut to the terminal's width and written by one call; it is
 *          drawn at most ten times a second, so updating it costs a clock reading.
 * Checked  tests/base/test_terminal.c (what is composed), by eye at a terminal. */
#include "base/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/terminal.h"

#define REDRAW_S 0.1
#define BAR_COLUMNS 24
#define LINE_BYTES 640

double progress_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_init(struct progress *progress, bool quiet) {
    *progress =
        (struct progress){.live = !quiet && terminal_is_live(STDERR_FILENO), .quiet = quiet};
}

void progress_begin(struct progress *progress, const char *label, double total) {
    progress->label = label;
    progress->done = 0;
    progress->total = total;
    progress->note[0] = '\0';
    progress->started_s = progress_clock();
    /* A task that ends at once leaves no flicker: nothing is drawn in its first moment. */
    progress->drawn_s = progress->started_s;
}

struct line {
    char text[LINE_BYTES];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void append(struct line *line, const char *format,
                                                         ...) {
    va_list arguments;
    va_start(arguments, format);
    int added =
        vsnprintf(line->text + line->length, sizeof line->text - line->length, format, arguments);
    va_end(arguments);
    size_t room = sizeof line->text - 1 - line->length;
    line->length += added < 0 ? 0 : (size_t)added < room ? (size_t)added : room;
}

/* Eighths of a cell where the terminal knows them. */
static void append_bar(struct line *line, double share) {
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t parts = (size_t)(share * BAR_COLUMNS * 8.0);
    size_t full = parts / 8, used = full;
    bool unicode = terminal_has_unicode();
    for (size_t i = 0; i < full; i++)
        append(line, "%s", unicode ? "█" : "#");
    if (unicode && parts % 8 > 0) {
        append(line, "%s", eighths[parts % 8]);
        used++;
    }
    for (size_t i = used; i < BAR_COLUMNS; i++)
        append(line, "%s", unicode ? "░" : ".");
}

static void append_duration(struct line *line, double seconds) {
    unsigned long whole = (unsigned long)(seconds + 0.5);
    if (whole >= 3600)
        append(line, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
    else
        append(line, "%lu:%02lu", whole / 60, whole % 60);
}

static void append_rate(struct line *line, double per_second) {
    static const char *const units[] = {"", "k", "M", "G"};
    size_t unit = 0;
    for (; per_second >= 1000 && unit < 3; unit++)
        per_second /= 1000;
    append(line, "%.3g%s/s", per_second, units[unit]);
}

static void draw(struct progress *progress, double now) {
    struct line line = {.length = 0};
    double elapsed = now - progress->started_s;
    append(&line, "%s ", progress->label ? progress->label : "");
    if (progress->total > 0) {
        double share = progress->done / progress->total;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        append_bar(&line, share);
        append(&line, " %3.0f %%  ", 100 * share);
    }
    if (elapsed > 0 && progress->done > 0)
        append_rate(&line, progress->done / elapsed);
    if (progress->total > progress->done && progress->done > 0) {
        append(&line, "  ");
        append_duration(&line, elapsed / progress->done * (progress->total - progress->done));
        append(&line, " left");
    }
    if (progress->note[0])
        append(&line, "  %s", progress->note);
    size_t bytes = terminal_text_fit(line.text, terminal_width(STDERR_FILENO) - 1);
    fprintf(stderr, "\r\033[K%.*s", (int)bytes, line.text);
    fflush(stderr);
    progress->drawn_s = now;
}

void progress_update(struct progress *progress, double done) {
    progress->done = done;
    if (!progress->live)
        return;
    double now = progress_clock();
    if (now - progress->drawn_s >= REDRAW_S)
        draw(progress, now);
}

void progress_note(struct progress *progress, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(progress->note, sizeof progress->note, format, arguments);
    va_end(arguments);
}

static void wipe(const struct progress *progress) {
    if (progress->live)
        fputs("\r\033[K", stderr);
}

void progress_end(struct progress *progress) {
    wipe(progress);
    progress->label = NULL;
    progress->total = progress->done = 0;
}

void progress_line(struct progress *progress, const char *format, ...) {
    if (progress->quiet)
        return;
    wipe(progress);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}
