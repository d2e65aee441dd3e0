/* text_vectors.h: the vectors of many texts, worked out once and kept.
 *
 * Kept in files of a folder, each under the SHA-256 of the texts and of the encoder: its name and
 * what it makes of one sentence, which tells other weights and other arithmetic. The folder is
 * bounded: the files that were used least lately go. */
#ifndef MATINEE_TEXT_TEXT_VECTORS_H
#define MATINEE_TEXT_TEXT_VECTORS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/digest.h"
#include "text/encoder.h"

#define TEXT_VECTORS_FILES_MAX 16
#define TEXT_VECTORS_BYTES_MAX ((size_t)1 << 30)

/* vectors[count][encoder_dimension] in `arena`, not a scratch arena: those that are kept in
 * `folder`, or new ones, which are then kept. NULL: nothing is kept. A folder that cannot be read
 * or written to costs time and nothing else. */
const float *text_vectors(const struct encoder *encoder, const struct encoder_text *texts,
                          size_t count, const char *folder, struct arena *arena);
/* Where they are kept if nothing else is said: "vectors" in the user's data folder. */
const char *text_vectors_folder(struct arena *arena);

/* The pieces, for whoever encodes by himself. The key, which names the file, is of the texts, of
 * the encoder's name and of what it makes of the probe. */
#define TEXT_VECTORS_PROBE "A thief who steals corporate secrets is given one last job."
struct text_vectors_maker {
    const char *name;
    const float *probe; /* [dimension] */
    size_t dimension;
};
void text_vectors_key(const struct text_vectors_maker *maker, const struct encoder_text *texts,
                      size_t count, char key[DIGEST_TEXT_BYTES]);
const float *text_vectors_load(const char *folder, const char *key, size_t count, size_t dimension,
                               struct arena *arena); /* NULL: not there, or damaged */
void text_vectors_keep(const char *folder, const char *key, const float *vectors, size_t count,
                       size_t dimension);

#endif
