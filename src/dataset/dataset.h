/* dataset.h: a data set in memory: who rated what, the outside ids, and what is known of the films.
 *
 * Everything is immutable once dataset_open or dataset_prepare has returned, and lives in `arena`.
 * A data set larger than memory allows is refused with the number of bytes it would need. */
#ifndef MATINEE_DATASET_DATASET_H
#define MATINEE_DATASET_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "dataset/interactions.h"

#define DATASET_GENRES_MAX 64
#define DATASET_NONE UINT32_MAX /* "no such user", "no such item" */

/* Outside ids (strings) and dense indices, both ways. The strings stand one after another in
 * `text`. */
struct id_map {
    uint32_t count;
    const uint64_t *offsets; /* [count + 1] into text */
    const char *text;        /* not terminated; see id_map_name */
    const uint32_t *slots;   /* open addressing by hash, DATASET_NONE = empty */
    uint32_t slot_mask;
};

struct text_slice {
    const char *start;
    size_t length;
};

struct text_slice id_map_name(const struct id_map *map, uint32_t index);
uint32_t id_map_find(const struct id_map *map, const char *id,
                     size_t length); /* DATASET_NONE if unknown */
/* Builds the look-up slots for offsets and text that are there already (a model file's). */
void id_map_index(struct id_map *map, struct arena *arena);

/* What is known of one film. Absent text is NULL, absent numbers are 0. */
struct movie {
    const char *title;   /* as published, with its year: "Toy Story (1995)"; the outside id if there
                            is none */
    int year;            /* 0: unknown */
    uint64_t genres;     /* bit g: has genre g */
    const char *imdb_id; /* digits as published, "0114709" */
    const char *tmdb_id;
    const char *facts; /* one JSON object from the optional facts file, as text; see docs/data.md */
};

/* A film's tags, most used first. */
struct movie_tag {
    uint32_t tag;   /* index into dataset->tags */
    uint32_t count; /* how often it was applied */
};

/* A named item feature that a model may ask for: one row per item, dense or compressed. A data set
 * has, where its files say so: "genres" [genre_count], 1 for each genre of the film; "year" [1], 0
 * where it is unknown (there if any film's year is known). Both dense. */
struct item_feature {
    const char *name;
    uint32_t columns;
    const float *dense;      /* [item_count][columns], or NULL and then: */
    const uint64_t *offsets; /* [item_count + 1] */
    const uint32_t *indices;
    const float *values; /* NULL: all 1 */
    const char *maker;   /* of vectors of texts: the encoder's name; else NULL */
};

/* The test that ships with the data. Lists of candidates are user-major. */
struct given_split {
    const struct interactions *train,
        *test; /* over the same users and items as the data set; NULL: none shipped */
    const uint64_t *candidate_offsets; /* [user_count + 1] or NULL: no candidates shipped */
    const uint32_t
        *candidates; /* the shipped negatives; a test item among them is left out by evaluation */
};

/* Folds that ship with the data (u1..u5): train and test of each. */
struct given_folds {
    uint32_t count;
    const struct interactions *train, *test; /* [count] each */
};

struct dataset {
    struct arena arena;
    const char *name;     /* "ml-1m-ncf", or the folder's or file's own name */
    const char *source;   /* the path it was read from; "built-in" */
    const char *reader;   /* which row of readers.def read it */
    uint8_t checksum[32]; /* SHA-256 over the bytes of all files that were read, in the order of
                             reading */
    struct interactions interactions;
    bool has_ratings;             /* false: implicit, every rating is 1 */
    bool has_order;               /* times order each user's rows */
    bool times_are_seconds;       /* false with has_order: positions, 1 = oldest (then no `temporal`
                                     split) */
    float rating_min, rating_max; /* over all rows */
    struct id_map users, items;
    struct movie *movies; /* [item_count]; never NULL */
    uint32_t genre_count;
    const char **genres; /* [genre_count] order and spelling as published; CSV data sets sorted */
    uint32_t tag_count;
    const char **tags;           /* [tag_count] */
    const uint64_t *tag_offsets; /* [item_count + 1] or NULL: no tags */
    const struct movie_tag *movie_tags;
    struct given_split given;
    struct given_folds folds;
    size_t duplicate_count; /* rows left out, since their pair comes again; the last is kept */
    const char *warnings;   /* lines worth telling the person, or NULL */
    struct item_feature features[8];
    size_t feature_count; /* "genres" first, if there are any */
};

/* Opens a data set: a name from `matinee data list`, "built-in", or the path of a file, folder,
 * parent folder, zip or gz. The reader is chosen by looking at the content. On success *out is the
 * caller's, to be given to dataset_close. */
enum status dataset_open(struct dataset **out, const char *name_or_path, struct error *error);
/* The same for rows that are added to others: they may be of one user alone, which dataset_open
 * refuses. */
enum status dataset_open_rows(struct dataset **out, const char *name_or_path, struct error *error);
void dataset_close(struct dataset *dataset); /* NULL is fine */

/* The settings data.*: minimum rating, k-core, implicit or explicit, samples (split settings are
 * split/'s). */
extern const struct setting_spec dataset_settings[];

/* Replaces what the data set holds by what the settings data.* keep of it: minimum rating, k-core,
 * sample; users and items that have nothing left are dropped and the rest renumbered. Errors:
 * nothing is left (says the counts). */
enum status dataset_prepare(struct dataset *dataset, const struct settings *settings,
                            struct error *error);

/* Index of a genre by name, forgiving case, "Children's"/"Children", "Sci-Fi"/"sci fi";
 * DATASET_NONE if unknown. */
uint32_t dataset_genre(const struct dataset *dataset, const char *name);
/* Index of an item by outside id, or by title: exact, then without the year, then without its
 * article, then a beginning or words of it that no other title has; case forgiven. */
uint32_t dataset_find_item(const struct dataset *dataset, const char *id_or_title);
/* The built-in data set. */
bool dataset_has_builtin(void);

#endif
