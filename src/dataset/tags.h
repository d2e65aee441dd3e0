/* tags.h: who tagged what with which words -> for each item its tags, most used first. */
#ifndef MATINEE_DATASET_TAGS_H
#define MATINEE_DATASET_TAGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "dataset/id_builder.h"
#include "dataset/volume.h"

struct assembly;

struct tag_builder {
    struct id_builder keys;    /* tags in lower case: "Funny" and "funny" are one */
    struct id_builder spelled; /* as first met; the same indices */
    uint64_t *pairs;           /* item << 32 | tag, one an application; owned */
    size_t count, capacity;
    size_t unknown_count; /* applications to items that the data set does not have */
};

void tags_release(struct tag_builder *builder); /* zeroed is fine */

/* Reads tags.csv (user, item, tag[, time]; with header) or tags.dat ("::", without). */
enum status tags_read(struct assembly *assembly, const struct volume_member *member,
                      struct error *error);

/* Fills dataset->tags, tag_offsets and movie_tags; item_rank renumbers items, NULL: not. */
void tags_finish(struct tag_builder *builder, const uint32_t *item_rank, uint32_t item_count,
                 struct dataset *dataset);

#endif
