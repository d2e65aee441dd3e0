/* person.c: see person.h.
 *
 * The ratings file: one film a line, "FILM,RATING" with FILM an id or a title (in double quotes if
 * one likes); a tab or ";" serves as well as the comma; the last one in the line counts, so titles
 * may hold commas. A first line without a number is a header; empty lines and "#" are passed over.
 * Checked by tests/cli. */
#include "cli/person.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/user.h"

#define RATINGS_BYTES_MAX ((size_t)1 << 20)
#define RATINGS_MAX 10000

static enum status read_number(const char *text, double *value) {
    char *end;
    *value = strtod(text, &end);
    end += strspn(end, " \t\r");
    bool plain = text[strspn(text, "0123456789.+-eE \t\r")] == '\0';
    return end != text && *end == '\0' && plain && isfinite(*value) ? STATUS_OK : STATUS_BAD_INPUT;
}

/* Takes spaces and one pair of double quotes off. */
static char *trim(char *text) {
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text[length - 1] = '\0';
        text++;
    }
    return text;
}

struct ratings {
    const struct engine *engine;
    const char *path;
    struct rated_item *list;
    size_t count;
    struct error *error;
};

static void take_rating(struct ratings *to, uint32_t item, float rating) {
    for (size_t i = 0; i < to->count; i++)
        if (to->list[i].item == item) {
            to->list[i].rating = rating; /* the last word on a film holds */
            return;
        }
    to->list[to->count++] = (struct rated_item){item, rating};
}

/* A first line is a header if no number, however bad, stands where the rating would. */
static bool is_header(const char *rating, size_t number) {
    char *end;
    strtod(rating, &end);
    return number == 1 && end == rating;
}

static enum status read_line(struct ratings *to, char *line, size_t number) {
    char *film = trim(line);
    if (*film == '\0' || *film == '#')
        return STATUS_OK;
    char *cut = NULL;
    for (char *at = film; *at; at++)
        cut = strchr(",\t;", *at) ? at : cut;
    double rating = 0;
    if (!cut || read_number(cut + 1, &rating) != STATUS_OK) {
        if (cut && is_header(cut + 1, number))
            return STATUS_OK;
        return error_set(to->error, STATUS_BAD_INPUT,
                         "%s:%zu: expected \"film,rating\", found \"%.64s\"", to->path, number,
                         film);
    }
    if (service_check_rating(to->engine->catalogue, rating, to->error) != STATUS_OK)
        return error_prefix(to->error, "%s:%zu", to->path, number);
    if (to->count == RATINGS_MAX)
        return error_set(to->error, STATUS_LIMIT, "%s: more than %d ratings", to->path,
                         RATINGS_MAX);
    *cut = '\0';
    uint32_t item;
    if (engine_item(to->engine, trim(film), &item, to->error) != STATUS_OK)
        return error_prefix(to->error, "%s:%zu", to->path, number);
    take_rating(to, item, (float)rating);
    return STATUS_OK;
}

static enum status read_ratings(struct person *person, const char *path, struct arena *arena,
                                const struct engine *engine, struct error *error) {
    char *text;
    size_t size;
    TRY(files_read(path, RATINGS_BYTES_MAX, arena, &text, &size, error));
    if (strlen(text) != size)
        return error_set(error, STATUS_BAD_INPUT, "%s: expected text, found a zero byte", path);
    struct ratings to = {engine, path, ARENA_ARRAY(arena, struct rated_item, RATINGS_MAX), 0,
                         error};
    size_t number = 1;
    for (char *line = text; line; number++) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        TRY(read_line(&to, line, number));
        line = next;
    }
    if (to.count == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: expected lines of \"film,rating\", found none", path);
    person->request.ratings = to.list;
    person->request.rating_count = person->history_count = to.count;
    return STATUS_OK;
}

/* "action=5,comedy=3"; a genre alone is 5. */
static enum status read_preference(struct person *person, const struct arguments *arguments,
                                   const struct engine *engine, struct error *error) {
    const char *const *wishes;
    size_t count = settings_text_list(arguments->options, "--prefer", &wishes);
    if (count == 0)
        return STATUS_OK;
    float *preference = ARENA_ARRAY(arguments->arena, float, engine->catalogue->genre_count + 1);
    for (size_t i = 0; i < count; i++) {
        char *name = arena_copy(arguments->arena, wishes[i]);
        char *equals = strrchr(name, '=');
        double strength = 5;
        if (equals &&
            (read_number(equals + 1, &strength) != STATUS_OK || strength < 1 || strength > 5))
            return error_set(error, STATUS_BAD_USAGE,
                             "--prefer must be GENRE=N with N between 1 and 5, found \"%.64s\"",
                             wishes[i]);
        if (equals)
            *equals = '\0';
        uint32_t genre;
        TRY(engine_genre(engine, name, &genre, error));
        preference[genre] = (float)strength;
    }
    person->request.genre_preference = preference;
    return STATUS_OK;
}

static enum status read_genres(uint64_t *mask, const struct arguments *arguments,
                               const char *option, const struct engine *engine,
                               struct error *error) {
    const char *const *names;
    size_t count = settings_text_list(arguments->options, option, &names);
    for (size_t i = 0; i < count; i++) {
        uint32_t genre;
        TRY(engine_genre(engine, names[i], &genre, error));
        *mask |= (uint64_t)1 << genre;
    }
    return STATUS_OK;
}

static enum status read_excluded(struct person *person, const struct arguments *arguments,
                                 const struct engine *engine, struct error *error) {
    const char *const *names;
    size_t count = settings_text_list(arguments->options, "--exclude", &names);
    uint32_t *items = ARENA_ARRAY(arguments->arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++)
        TRY(engine_item(engine, names[i], &items[i], error));
    person->request.filter.excluded = (struct filter_set){items, count};
    return STATUS_OK;
}

/* "somebody who likes Action (5), Comedy (3)" */
static const char *preference_label(const struct person *person, const struct dataset *catalogue,
                                    struct arena *arena) {
    const char *label = "somebody who likes";
    const float *preference = person->request.genre_preference;
    bool is_first = true;
    for (uint32_t g = 0; g < catalogue->genre_count; g++) {
        if (preference[g] <= 0)
            continue;
        label = arena_format(arena, "%s%s %s (%g)", label, is_first ? "" : ",",
                             catalogue->genres[g], (double)preference[g]);
        is_first = false;
    }
    return label;
}

static enum status read_who(struct person *person, const struct arguments *arguments,
                            const struct engine *engine, struct error *error) {
    const char *user = command_text(arguments, "--user");
    const char *ratings = command_text(arguments, "--ratings");
    if (user && ratings)
        return error_set(error, STATUS_BAD_USAGE,
                         "--user and --ratings name two histories; give one of them");
    if (!user && !ratings && !person->request.genre_preference)
        return error_set(error, STATUS_BAD_USAGE,
                         "for whom? --user ID, --ratings FILE or --prefer GENRE=N");
    if (ratings) {
        TRY(read_ratings(person, ratings, arguments->arena, engine, error));
        person->label =
            arena_format(arguments->arena, "somebody who rated the %zu film%s of %s",
                         person->history_count, person->history_count == 1 ? "" : "s", ratings);
        return STATUS_OK;
    }
    if (!user) {
        person->label = preference_label(person, engine->catalogue, arguments->arena);
        return STATUS_OK;
    }
    uint32_t index;
    TRY(user_find(engine->catalogue, user, &index, error));
    person->who = service_person_known(engine->snapshot, index);
    person->request.people = &person->who;
    person->request.person_count = 1;
    person->label = arena_format(arguments->arena, "user %s", user);
    person->history_count = person->who.history.count;
    return STATUS_OK;
}

/* Everything of the filter but genres and films. */
static enum status read_bounds(struct person *person, const struct settings *options,
                               struct error *error) {
    struct filter *filter = &person->request.filter;
    const char *span = settings_text(options, "--years");
    if (*span && !filter_years(filter, span))
        return error_set(error, STATUS_BAD_USAGE,
                         "--years must be a span of years such as 1990-1999, found \"%.64s\"",
                         span);
    filter->count_min = (uint32_t)settings_int(options, "--min-ratings");
    filter->mean_min = (float)settings_real(options, "--min-mean");
    diversity_find(settings_text(options, "--diversity-method"), &person->request.diversity_method);
    return STATUS_OK;
}

enum status person_read_wishes(struct person *person, const struct arguments *arguments,
                               const struct engine *engine, struct error *error) {
    const struct settings *options = arguments->options;
    *person = (struct person){.request = {.strict = settings_bool(options, "--strict"),
                                          .explain = settings_bool(options, "--explain"),
                                          .by_tier = settings_bool(options, "--tiers"),
                                          .diversity = settings_real(options, "--diversity"),
                                          .top_k = (size_t)settings_int(options, "--top-k")}};
    TRY(read_bounds(person, options, error));
    TRY(read_preference(person, arguments, engine, error));
    TRY(read_genres(&person->request.genres, arguments, "--genre", engine, error));
    TRY(read_genres(&person->request.filter.genres.none, arguments, "--exclude-genre", engine,
                    error));
    return read_excluded(person, arguments, engine, error);
}

enum status person_read(struct person *person, const struct arguments *arguments,
                        const struct engine *engine, struct error *error) {
    TRY(person_read_wishes(person, arguments, engine, error));
    return read_who(person, arguments, engine, error);
}
