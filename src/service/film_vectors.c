/* film_vectors.c: see film_vectors.h.
 *
 * Cost     Made: one encoding for each film, a live line on a terminal; read: one pass over the
 *          file.
 * Checked  tests/service/test_service_search.c. */
#include "service/film_vectors.h"

#include <string.h>

#include "base/progress.h"
#include "dataset/film_text.h"
#include "text/text_vectors.h"

#define BATCH 64 /* texts between two looks at `cancel` */

static void key_of(const struct words *words, const struct encoder_text *texts, size_t count,
                   char key[DIGEST_TEXT_BYTES], struct arena *arena) {
    const struct encoder_text text = {TEXT_VECTORS_PROBE, strlen(TEXT_VECTORS_PROBE)};
    float *probe = ARENA_ARRAY(arena, float, words_dimension(words));
    words_encode(words, &text, 1, probe);
    const struct text_vectors_maker maker = {
        .name = words_encoder_name(words), .probe = probe, .dimension = words_dimension(words)};
    text_vectors_key(&maker, texts, count, key);
}

/* NULL: cancelled on the way. */
static const float *encode(const struct words *words, const struct encoder_text *texts,
                           size_t count, const atomic_bool *cancel, struct arena *arena) {
    const size_t dimension = words_dimension(words);
    float *vectors = ARENA_ARRAY_RAW(arena, float, count *dimension);
    struct progress progress;
    size_t done = 0;
    progress_init(&progress, false);
    progress_begin(&progress, "reading the films, once", (double)count);
    while (done < count && !(cancel && atomic_load(cancel))) {
        const size_t batch = count - done < BATCH ? count - done : BATCH;
        words_encode(words, texts + done, batch, vectors + done * dimension);
        done += batch;
        progress_update(&progress, (double)done);
    }
    progress_end(&progress);
    return done == count ? vectors : NULL;
}

const float *film_vectors_edited(const struct words *words, const struct dataset *catalogue,
                                 const struct film_vectors_known *known, struct arena *arena) {
    const size_t dimension = words_dimension(words);
    float *vectors = ARENA_ARRAY_RAW(arena, float, catalogue->items.count *dimension);
    struct arena work = {0};
    memcpy(vectors, known->vectors, known->item_count * dimension * sizeof *vectors);
    for (size_t e = 0; e < known->edited_count; e++) {
        const char *sentence =
            film_text_sentence(catalogue, known->edited[e], &FILM_TEXT_SPOKEN, &work);
        const struct encoder_text text = {sentence, strlen(sentence)};
        words_encode(words, &text, 1, vectors + known->edited[e] * dimension);
    }
    arena_release(&work);
    return vectors;
}

const float *film_vectors(const struct words *words, const struct dataset *catalogue,
                          const atomic_bool *cancel, struct arena *arena) {
    const size_t count = catalogue->items.count, dimension = words_dimension(words);
    struct arena work = {0};
    struct encoder_text *texts = ARENA_ARRAY(&work, struct encoder_text, count);
    char key[DIGEST_TEXT_BYTES];
    for (uint32_t i = 0; i < count; i++) {
        texts[i].bytes = film_text_sentence(catalogue, i, &FILM_TEXT_SPOKEN, &work);
        texts[i].length = strlen(texts[i].bytes);
    }
    key_of(words, texts, count, key, &work);
    const char *folder = text_vectors_folder(&work);
    const float *vectors = text_vectors_load(folder, key, count, dimension, arena);
    if (!vectors) {
        vectors = encode(words, texts, count, cancel, arena);
        if (vectors)
            text_vectors_keep(folder, key, vectors, count, dimension);
    }
    arena_release(&work);
    return vectors;
}
