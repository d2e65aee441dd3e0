/* source.h: the bytes of one member of a volume, unpacked on the way, from the first to the last.
 */
#ifndef MATINEE_DATASET_SOURCE_H
#define MATINEE_DATASET_SOURCE_H

#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "dataset/dataset.h"
#include "dataset/volume.h"

struct source {
    const struct volume_member *member; /* borrowed */
    struct digest *digest;              /* fed with every byte; may be NULL; borrowed */
    int descriptor;                     /* VOLUME_FILE */
    void *handle;                       /* VOLUME_GZIP, VOLUME_ARCHIVED */
    size_t position;                    /* VOLUME_MEMORY */
};

enum status source_open(struct source *source, const struct volume_member *member,
                        struct digest *digest, struct error *error);
/* Up to `size` bytes into `buffer`; *got is 0 at the end only. Errors: I/O, broken packing. */
enum status source_read(struct source *source, char *buffer, size_t size, size_t *got,
                        struct error *error);
void source_close(struct source *source); /* zeroed is fine */

/* All of a member as bytes in `arena`, one '\0' after the last. Errors: more than `limit` bytes. */
enum status source_read_all(const struct volume_member *member, struct digest *digest, size_t limit,
                            struct arena *arena, struct text_slice *bytes, struct error *error);

#endif
