/* fake_encoder.h: an encoder of a few lines: each word is an axis of its own, chosen by its
 * letters; a text is the sum of its words, of length 1. So texts are alike as far as they share
 * words. */
#ifndef MATINEE_TESTS_SERVICE_FAKE_ENCODER_H
#define MATINEE_TESTS_SERVICE_FAKE_ENCODER_H

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "service/service_internal.h"
#include "service/words.h"

#define FAKE_DIMENSION 512

static inline void fake_text(const struct encoder_text *text, float *vector) {
    unsigned hash = 0;
    double sum = 0;
    for (size_t d = 0; d < FAKE_DIMENSION; d++)
        vector[d] = 0;
    for (size_t i = 0; i <= text->length; i++) {
        const unsigned char byte = i < text->length ? (unsigned char)text->bytes[i] : ' ';
        if (isalnum(byte)) {
            hash = hash * 31 + (unsigned)tolower(byte);
        } else if (hash) {
            vector[hash * 2654435761u >> 23] += 1;
            hash = 0;
        }
    }
    for (size_t d = 0; d < FAKE_DIMENSION; d++)
        sum += (double)vector[d] * (double)vector[d];
    for (size_t d = 0; d < FAKE_DIMENSION && sum > 0; d++)
        vector[d] /= (float)sqrt(sum);
}

static inline void fake_encode(const void *context, const struct encoder_text *texts, size_t count,
                               float *vectors) {
    if (context)
        __atomic_add_fetch((int *)(uintptr_t)context, (int)count, __ATOMIC_RELAXED);
    for (size_t i = 0; i < count; i++)
        fake_text(&texts[i], vectors + i * FAKE_DIMENSION);
}

static char fake_folder[] = "/tmp/matinee-words-XXXXXX";

static inline void fake_forget(void) {
    struct error error;
    files_remove_folder(fake_folder, &error);
}

/* Gives a service the fake; `encoded` counts texts, may be NULL. Vectors are kept in a folder of
 * the test's own, for as long as it runs. */
static inline void fake_words(struct service *service, int *encoded) {
    const struct words_encoder encoder = {.name = "fake",
                                          .dimension = FAKE_DIMENSION,
                                          .calibration = {1, 0},
                                          .encode = fake_encode,
                                          .context = encoded};
    struct words *words;
    struct error error;
    if (!getenv("XDG_DATA_HOME") || strcmp(getenv("XDG_DATA_HOME"), fake_folder) != 0) {
        if (!mkdtemp(fake_folder) || atexit(fake_forget) != 0)
            abort();
        setenv("XDG_DATA_HOME", fake_folder, 1);
    }
    static const char *const sources[] = {"search.tower=true"};
    if (words_create(&words, &encoder, sources, 1, &error) != STATUS_OK)
        abort();
    service_adopt_words(service, words);
}

#endif
