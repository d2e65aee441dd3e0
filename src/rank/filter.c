/* filter.c: see filter.h. */
#include "rank/filter.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

/* What a rule is given. */
struct row {
    const struct filter *filter;
    const struct filter_items *items;
    const struct filter_set *had;
    size_t had_count;
    float *scores;
};

struct rule {
    bool (*is_asked)(const struct filter *filter);
    void (*apply)(const struct row *row);
};

static bool asks_genres(const struct filter *filter) {
    return filter->genres.any | filter->genres.all | filter->genres.none;
}

static void apply_genres(const struct row *row) {
    rank_filter_genres(row->scores, row->items->genres, row->items->count, &row->filter->genres);
}

static bool asks_years(const struct filter *filter) { return filter->year_min | filter->year_max; }

static void apply_years(const struct row *row) {
    const int first = row->filter->year_min ? row->filter->year_min : 1;
    const int last = row->filter->year_max ? row->filter->year_max : INT16_MAX;
    for (size_t i = 0; i < row->items->count; i++)
        if (row->items->years[i] < first || row->items->years[i] > last)
            row->scores[i] = -INFINITY;
}

static bool asks_counts(const struct filter *filter) { return filter->count_min > 0; }

static void apply_counts(const struct row *row) {
    for (size_t i = 0; i < row->items->count; i++)
        if (row->items->counts[i] < row->filter->count_min)
            row->scores[i] = -INFINITY;
}

static bool asks_means(const struct filter *filter) { return filter->mean_min > 0; }

static void apply_means(const struct row *row) {
    for (size_t i = 0; i < row->items->count; i++)
        if (!(row->items->means[i] >= row->filter->mean_min))
            row->scores[i] = -INFINITY;
}

static bool asks_tags(const struct filter *filter) { return filter->tag_count > 0; }

static bool has_tag(const struct filter_items *items, size_t item, uint32_t tag) {
    if (!items->tag_offsets)
        return false;
    for (uint64_t at = items->tag_offsets[item]; at < items->tag_offsets[item + 1]; at++)
        if (items->tags[at].tag == tag)
            return true;
    return false;
}

static void apply_tags(const struct row *row) {
    for (size_t i = 0; i < row->items->count; i++)
        for (size_t t = 0; t < row->filter->tag_count; t++)
            if (!has_tag(row->items, i, row->filter->tags[t]))
                row->scores[i] = -INFINITY;
}

static bool asks_excluded(const struct filter *filter) { return filter->excluded.count > 0; }

static void apply_excluded(const struct row *row) {
    rank_exclude(row->scores, row->filter->excluded.items, row->filter->excluded.count);
}

static void keep_only(float *scores, size_t item_count, const struct filter_set *sets,
                      size_t set_count) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    bool *kept = ARENA_ARRAY(scratch, bool, item_count);
    for (size_t s = 0; s < set_count; s++)
        for (size_t i = 0; i < sets[s].count; i++)
            kept[sets[s].items[i]] = true;
    for (size_t i = 0; i < item_count; i++)
        if (!kept[i])
            scores[i] = -INFINITY;
    arena_reset(scratch, mark);
}

static bool asks_among(const struct filter *filter) { return filter->among_count > 0; }

static void apply_among(const struct row *row) {
    for (size_t s = 0; s < row->filter->among_count; s++)
        keep_only(row->scores, row->items->count, &row->filter->among[s], 1);
}

static bool asks_seen(const struct filter *filter) { return filter->seen != FILTER_ALL; }

static void apply_seen(const struct row *row) {
    if (row->filter->seen == FILTER_SEEN) {
        keep_only(row->scores, row->items->count, row->had, row->had_count);
        return;
    }
    for (size_t s = 0; s < row->had_count; s++)
        rank_exclude(row->scores, row->had[s].items, row->had[s].count);
}

static const struct rule rules[] = {
    {asks_genres, apply_genres}, {asks_years, apply_years},       {asks_counts, apply_counts},
    {asks_means, apply_means},   {asks_tags, apply_tags},         {asks_among, apply_among},
    {asks_seen, apply_seen},     {asks_excluded, apply_excluded},
};

void filter_apply(const struct filter *filter, const struct filter_items *items,
                  const struct filter_set *had, size_t had_count, float *scores) {
    const struct row row = {filter, items, had, had_count, scores};
    rank_exclude(scores, items->hidden, items->hidden_count);
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        if (rules[r].is_asked(filter))
            rules[r].apply(&row);
}

bool filter_is_plain(const struct filter *filter) {
    return !asks_genres(filter) && !asks_years(filter) && !asks_counts(filter) &&
           !asks_means(filter) && !asks_tags(filter) && !asks_among(filter) &&
           filter->seen == FILTER_UNSEEN;
}

/* A year at the beginning of a text; 0: there is none, -1: not a possible one. */
static int year_at(const char **text) {
    char *end;
    if (**text < '0' || **text > '9')
        return 0;
    const long year = strtol(*text, &end, 10);
    *text = end;
    return year >= 1 && year <= FILTER_YEAR_MOST ? (int)year : -1;
}

bool filter_years(struct filter *filter, const char *text) {
    const int first = year_at(&text);
    const bool is_open = *text == '-';
    text += is_open;
    const int last = is_open ? year_at(&text) : first;
    if (*text || first < 0 || last < 0 || (!first && !last) || (last && first > last))
        return false;
    filter->year_min = first;
    filter->year_max = last;
    return true;
}
