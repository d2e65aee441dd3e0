/* trials_show.c: trials for a person while they run: a table that is drawn again and again at a
 * terminal, a line for each that has ended elsewhere. See trials.h. Checked by
 * tests/cli/multirun.t.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/terminal.h"
#include "cli/figures.h"
#include "cli/style.h"
#include "cli/trials.h"

#define SECONDS_BETWEEN 0.1
#define ROWS_LEAST 4

static const char *state_word(enum trial_state state) {
    static const char *const words[] = {
        [TRIAL_WAITING] = "waiting", [TRIAL_RUNNING] = "running", [TRIAL_DONE] = "done",
        [TRIAL_KEPT] = "kept",       [TRIAL_FAILED] = "failed",   [TRIAL_STOPPED] = "stopped",
    };
    return words[state];
}

/* "ndcg@10 0.2581", or why there is none. */
static const char *outcome(const struct trials *trials, const struct trial *trial,
                           struct arena *arena) {
    const struct runs_metric *metric = trials_headline(trials, trial);
    if (trials_has_result(trial) && metric)
        return arena_format(arena, "%s %s", metric->name, figures_number(metric->value, arena));
    return trial->failure ? trial->failure : "";
}

static const char *seconds_of(const struct trial *trial, struct arena *arena) {
    double seconds = trial->state == TRIAL_RUNNING ? progress_clock() - trial->started
                     : trial->state == TRIAL_KEPT  ? trial->fit_seconds
                                                   : trial->seconds;
    return trial->state == TRIAL_WAITING || isnan(seconds)
               ? ""
               : arena_copy(arena, style_seconds(seconds).text);
}

static void print_line(const struct trials *trials, const struct trial *trial,
                       struct arena *arena) {
    const char *seconds = seconds_of(trial, arena), *came = outcome(trials, trial, arena);
    fprintf(stderr, "%zu/%zu %s%s%s%s%s%s%s\n", trials->finished, trials->count,
            state_word(trial->state), *trial->label ? " " : "", trial->label, *came ? ": " : "",
            came, *seconds ? ", " : "", seconds);
}

static const char *colour_of(enum trial_state state) {
    const struct style *style = style_of(stderr);
    switch (state) {
    case TRIAL_DONE:
    case TRIAL_KEPT:
        return style->green;
    case TRIAL_RUNNING:
        return style->cyan;
    case TRIAL_FAILED:
        return style->yellow;
    default:
        return style->dim;
    }
}

/* One row, cut to the terminal's width so that it is one line. */
static void draw_row(const struct trials *trials, const struct trial *trial, struct arena *arena) {
    const char *row =
        arena_format(arena, "  %-8s %-9s %s  %s", state_word(trial->state),
                     seconds_of(trial, arena), trial->label, outcome(trials, trial, arena));
    size_t width = terminal_width(STDERR_FILENO);
    fprintf(stderr, "\033[K%s%.*s%s\n", colour_of(trial->state),
            (int)terminal_text_fit(row, width - 1), row, style_of(stderr)->off);
}

/* Which rows fit: those that run, then the newest that ended, then those that wait. */
static size_t choose_rows(const struct trials *trials, size_t room, bool *is_shown) {
    size_t count = 0;
    for (size_t i = 0; i < trials->count && count < room; i++)
        if (trials->list[i].state == TRIAL_RUNNING)
            count += is_shown[i] = true;
    for (size_t i = trials->count; i-- > 0 && count < room;)
        if (trials->list[i].state > TRIAL_RUNNING)
            count += is_shown[i] = true;
    for (size_t i = 0; i < trials->count && count < room; i++)
        if (trials->list[i].state == TRIAL_WAITING)
            count += is_shown[i] = true;
    return count;
}

static void draw(struct trials *trials) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t height = terminal_height(STDERR_FILENO);
    size_t room = height > ROWS_LEAST + 2 ? height - 2 : ROWS_LEAST;
    bool *is_shown = ARENA_ARRAY(scratch, bool, trials->count + 1);
    size_t lines = choose_rows(trials, room, is_shown);
    if (trials->drawn_lines > 0)
        fprintf(stderr, "\033[%zuA", trials->drawn_lines);
    for (size_t i = 0; i < trials->count; i++)
        if (is_shown[i])
            draw_row(trials, &trials->list[i], scratch);
    fprintf(stderr, "\033[K  %zu of %zu done\n\033[J", trials->finished, trials->count);
    trials->drawn_lines = lines + 1;
    arena_reset(scratch, mark);
}

void trials_show(struct trials *trials, const struct trial *ended) {
    static double drawn_at;
    if (trials->quiet)
        return;
    if (terminal_is_live(STDERR_FILENO)) {
        if (!ended && progress_clock() - drawn_at < SECONDS_BETWEEN)
            return;
        drawn_at = progress_clock();
        draw(trials);
    } else if (ended) {
        struct arena *scratch = arena_scratch();
        struct arena_position mark = arena_mark(scratch);
        print_line(trials, ended, scratch);
        arena_reset(scratch, mark);
    }
}

void trials_show_end(struct trials *trials) {
    if (trials->drawn_lines > 0)
        fprintf(stderr, "\033[%zuA\033[J", trials->drawn_lines);
    trials->drawn_lines = 0;
}
