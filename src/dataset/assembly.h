/* assembly.h: a data set while a reader puts it together.
 *
 * A reader adds ids, films, rows and tags in the order in which its files have them;
 * assembly_finish numbers, sorts and fills struct dataset. The order that costs the least memory:
 * films first, then ratings, then the rest. */
#ifndef MATINEE_DATASET_ASSEMBLY_H
#define MATINEE_DATASET_ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "dataset/dataset.h"
#include "dataset/id_builder.h"
#include "dataset/rows.h"
#include "dataset/tags.h"
#include "dataset/volume.h"

struct assembly {
    struct dataset *dataset;
    struct arena *arena; /* the data set's */
    const struct volume *volume;
    struct digest digest;
    size_t memory_bytes; /* what the interactions may take */

    struct id_builder users, items;
    bool keep_user_order, keep_item_order; /* numbered as they came even if all are integers */
    bool sort_genres;                      /* else in the order in which they came */

    struct movie *movies; /* by item; owned while assembling */
    uint32_t movie_capacity;
    uint32_t genre_count;
    const char *genres[DATASET_GENRES_MAX];
    struct tag_builder tags;

    struct rows rows; /* everything, or the training part where a test ships separately */
    struct rows test; /* with has_test */
    bool has_test;
    bool times_are_positions;
    struct arena warnings; /* lines, newest last */
    const char *warning_text;
};

void assembly_init(struct assembly *assembly, struct dataset *dataset, const struct volume *volume);
void assembly_release(struct assembly *assembly); /* after finish or instead of it */

/* Room for the rows of a member of which each takes at least `row_bytes` bytes. */
void assembly_rows_begin(struct assembly *assembly, struct rows *rows,
                         const struct volume_member *member, size_t row_bytes, bool ratings,
                         bool times);
/* Refuses a data set that needs more memory than there is; `count` rows are known or expected. */
enum status assembly_refuse_size(const struct assembly *assembly, const char *shown, double count,
                                 struct error *error);

/* The film of an item index of `items`; zeroed at first. Good until the next call. */
struct movie *assembly_movie(struct assembly *assembly, uint32_t item);
/* The index of an item by outside id: a new one, or with `only_known` perhaps DATASET_NONE. */
uint32_t assembly_item(struct assembly *assembly, struct text_slice id, bool only_known);
/* The number of a genre by its published name; those that dataset_genre calls the same are one.
 * DATASET_NONE with a warning once there are more than DATASET_GENRES_MAX. */
uint32_t assembly_genre(struct assembly *assembly, struct text_slice name);

__attribute__((format(printf, 2, 3))) void assembly_warn(struct assembly *assembly,
                                                         const char *format, ...);

/* Fills the data set. Errors: no rows. A reader may read more files after it (lists
 * of candidates, folds) and add what it finds to the data set. */
enum status assembly_finish(struct assembly *assembly, struct error *error);
/* Puts in the checksum and the warnings: the last step, when every file was read. */
void assembly_seal(struct assembly *assembly);

#endif
