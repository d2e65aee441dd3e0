/* filters.h: which films may be listed, from the parameters of a request. Lists, searches,
 * neighbours and the catalogue read the same ones.
 *
 *     genre, genre_all, exclude_genre   any of these, every one of them, none of them
 *     years=1990-1999 year_min year_max     a span, a year, or a bound
 *     min_ratings min_mean              how many people have the film, its mean rating
 *     tag                               every one of these
 *     exclude include                   these not, only these (also _ids, _items)
 *     seen=exclude|only|include         what the person has
 *
 * Lists are written as `genre=Action&genre=Comedy` or `genre=Action,Comedy` (parameters.h). Ids
 * that are not in the catalogue exclude and include nothing. */
#ifndef MATINEE_API_FILTERS_H
#define MATINEE_API_FILTERS_H

#include "api/api_internal.h"
#include "rank/filter.h"

/* The rows of a table of parameters, without `genre`, which lists and searches read as a wish. */
#define FILTERS_PARAMETERS                                                                         \
    {"genre_all", "[text]", NULL, "films of every one of these genres", 0, 0, 0, NULL},            \
        {"exclude_genre", "[text]", NULL, "no films of these genres", 0, 0, 0, NULL},              \
        {"years", "text", NULL, "films of these years: 1990-1999, 1994, 1990-, -1960",             \
         0,       0,      0,    NULL},                                                             \
        {"year_min", "integer", NULL, "films from this year on", 1, 9999, 0, NULL},                \
        {"year_max", "integer", NULL, "films up to this year", 1, 9999, 0, NULL},                  \
        {"min_ratings", "integer", "0", "films that so many people have", 0, 1e9, 0, NULL},        \
        {"min_mean", "number", "0", "films with such a mean rating", 0, 100, 0, NULL},             \
        {"tag", "[text]", NULL, "films with every one of these tags", 0, 0, 0, NULL},              \
        {"exclude", "[id]", NULL, "films that shall not come; also exclude_items, exclude_ids",    \
         0,         0,      0,    NULL},                                                           \
    {                                                                                              \
        "include", "[id]", NULL, "only these films; also include_items, include_ids", 0, 0, 0,     \
            NULL                                                                                   \
    }
/* Of those that are for a person. */
#define FILTERS_SEEN                                                                               \
    {                                                                                              \
        "seen", "text", "exclude", "what the person has: not, nothing else, or too", 0, 0, 0,      \
            "exclude|only|include"                                                                 \
    }

/* Everything but `genre`; problems are left with the parameters. Sets live in the request's arena.
 */
void filters_read(const struct snapshot *snapshot, struct parameters *parameters,
                  struct filter *filter);
/* The parameter `cursor`: how many films come before the page; 0 without one. */
void filters_cursor(const struct snapshot *snapshot, struct parameters *parameters, size_t *offset);

#endif
