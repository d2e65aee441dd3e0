/* minilm_config.h: the sizes of a BERT-like encoder, from the config.json beside its weights. */
#ifndef MATINEE_TEXT_MINILM_CONFIG_H
#define MATINEE_TEXT_MINILM_CONFIG_H

#include <stddef.h>

#include "base/error.h"

struct minilm_config {
    size_t layers, width, heads, inner; /* 6, 384, 12, 1536; heads divide the width */
    size_t positions, types, pieces;    /* 512, 2, 30522 */
    float epsilon;                      /* of the layer norms: 1e-12 */
};

/* Reads FOLDER/config.json. Errors: missing, not JSON, a size missing or beyond what an encoder
 * may have, another kind of network (activation, positions, cased words). */
enum status minilm_config_read(struct minilm_config *config, const char *folder,
                               struct error *error);

#endif
