/* filters.c: see filters.h. Checked by tests/api/test_api_wishes.c. */
#include "api/filters.h"

#include <string.h>
#include <strings.h>

#define NAMES 3

/* The items named under any of a parameter's three names; false: none of them was given. */
static bool read_items(struct parameters *parameters, const struct dataset *catalogue,
                       const char *const names[NAMES], struct filter_set *set) {
    const char *const *ids[NAMES] = {0};
    size_t counts[NAMES], total = 0, found = 0;
    for (size_t n = 0; n < NAMES; n++)
        parameters_expect_list(parameters, names[n]);
    for (size_t n = 0; n < NAMES; n++)
        total += counts[n] =
            parameters_list(parameters, names[n], lookup_knows_item, catalogue, &ids[n]);
    if (total == 0)
        return false;
    uint32_t *items = ARENA_ARRAY(parameters->request->arena, uint32_t, total);
    for (size_t n = 0; n < NAMES; n++)
        for (size_t i = 0; i < counts[n]; i++) {
            const uint32_t item = id_map_find(&catalogue->items, ids[n][i], strlen(ids[n][i]));
            if (item != DATASET_NONE)
                items[found++] = item;
        }
    *set = (struct filter_set){items, found};
    return true;
}

static void read_span(struct parameters *parameters, struct filter *filter) {
    const char *span = parameters_text(parameters, "years");
    if (span && !filter_years(filter, span))
        parameters_refuse(parameters, "years", "years_parsing",
                          "Input should be a span of years such as 1990-1999", span);
}

static void read_years(struct parameters *parameters, struct filter *filter) {
    read_span(parameters, filter);
    const int least = (int)parameters_integer(parameters, "year_min", 0, 1, FILTER_YEAR_MOST);
    const int most = (int)parameters_integer(parameters, "year_max", 0, 1, FILTER_YEAR_MOST);
    filter->year_min = least > filter->year_min ? least : filter->year_min;
    if (most && (!filter->year_max || most < filter->year_max))
        filter->year_max = most;
}

static uint32_t find_tag(const struct dataset *catalogue, const char *name) {
    for (uint32_t tag = 0; tag < catalogue->tag_count; tag++)
        if (strcasecmp(catalogue->tags[tag], name) == 0)
            return tag;
    return DATASET_NONE;
}

static bool knows_tag(const void *catalogue, const char *name) {
    return find_tag(catalogue, name) != DATASET_NONE;
}

static void read_tags(struct parameters *parameters, const struct dataset *catalogue,
                      struct filter *filter) {
    const char *const *names = NULL;
    const size_t count = parameters_list(parameters, "tag", knows_tag, catalogue, &names);
    uint32_t *tags = ARENA_ARRAY(parameters->request->arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        tags[i] = find_tag(catalogue, names[i]);
        if (tags[i] == DATASET_NONE)
            parameters_refuse(parameters, "tag", "enum",
                              "Input should be a tag that some film of the data has", names[i]);
    }
    filter->tags = tags;
    filter->tag_count = count;
}

static void read_seen(struct parameters *parameters, struct filter *filter) {
    static const char *const names[] = {
        [FILTER_UNSEEN] = "exclude", [FILTER_SEEN] = "only", [FILTER_ALL] = "include"};
    const char *seen = parameters_string(parameters, "seen");
    if (!seen)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(seen, names[i]) == 0) {
            filter->seen = (enum filter_seen)i;
            return;
        }
    parameters_refuse(parameters, "seen", "enum", "Input should be exclude, only or include", seen);
}

void filters_read(const struct snapshot *snapshot, struct parameters *parameters,
                  struct filter *filter) {
    static const char *const excluding[] = {"exclude", "exclude_items", "exclude_ids"};
    static const char *const including[] = {"include", "include_items", "include_ids"};
    const struct dataset *catalogue = service_catalogue(snapshot);
    *filter = (struct filter){0};
    filter->genres.all = lookup_genres(catalogue, parameters, "genre_all");
    filter->genres.none = lookup_genres(catalogue, parameters, "exclude_genre");
    read_years(parameters, filter);
    filter->count_min = (uint32_t)parameters_integer(parameters, "min_ratings", 0, 0, 1000000000);
    filter->mean_min = (float)parameters_real(parameters, "min_mean", 0, 0, 100);
    read_tags(parameters, catalogue, filter);
    read_items(parameters, catalogue, excluding, &filter->excluded);
    if (read_items(parameters, catalogue, including, &filter->among[filter->among_count]))
        filter->among_count++;
    read_seen(parameters, filter);
}

void filters_cursor(const struct snapshot *snapshot, struct parameters *parameters,
                    size_t *offset) {
    const char *cursor = parameters_text(parameters, "cursor");
    if (cursor && !service_cursor_read(snapshot, cursor, offset))
        parameters_refuse(parameters, "cursor", "cursor",
                          "This cursor is of another list or of a model that was replaced; begin "
                          "again without it",
                          cursor);
}
