/* item_text.c: see item_text.h. Checked by tests/experiment/test_item_text.c. */
#include "experiment/item_text.h"

#include <string.h>

#include "base/assert.h"
#include "dataset/film_text.h"
#include "text/encoder.h"
#include "text/text_vectors.h"
#include "text/tfidf.h"

enum { NO_ENCODER = ENCODER_BUILTIN + 1 };

const struct setting_spec item_text_settings[] = {
    {"text.encoder", SETTING_TEXT, "auto", 0, 0, ENCODERS "|none", NULL,
     "what reads the items' texts; auto: minilm if its weights are found, else builtin"},
    {"text.precision", SETTING_TEXT, "f32", 0, 0, ENCODER_PRECISIONS, NULL,
     "in which numbers minilm works"},
    {"text.folder", SETTING_TEXT, "", 0, 0, NULL, NULL, "of another BERT-like encoder"},
    {"text.tags", SETTING_INT, "3", 0, 1000, NULL, NULL,
     "how many of an item's most used tags the encoder reads"},
    {"text.max_features", SETTING_INT, "512", 1, 100000, NULL, NULL, "terms of TF-IDF"},
    {0}};

static void add_feature(struct dataset *data, const struct item_feature *feature) {
    ASSERT(data->feature_count < sizeof data->features / sizeof *data->features);
    data->features[data->feature_count++] = *feature;
}

static enum status add_vectors(struct dataset *data, const struct settings *settings,
                               struct arena *work, struct error *error) {
    const char *folder = settings_text(settings, "text.folder");
    const size_t count = data->items.count;
    const struct film_text_form form = {.tags = (size_t)settings_int(settings, "text.tags"),
                                        .left_out = DATASET_NONE};
    const struct encoder_options options = {
        .kind = (enum encoder_kind)settings_choice(settings, "text.encoder"),
        .precision = (enum encoder_precision)settings_choice(settings, "text.precision"),
        .folder = *folder ? folder : NULL,
    };
    struct encoder *encoder;
    if (encoder_open(&encoder, &options, error) != STATUS_OK)
        return error_prefix(error, "text.encoder");
    struct encoder_text *texts = ARENA_ARRAY_RAW(work, struct encoder_text, count);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = film_text_sentence(data, i, &form, work);
        texts[i] = (struct encoder_text){text, strlen(text)};
    }
    const float *vectors =
        text_vectors(encoder, texts, count, text_vectors_folder(work), &data->arena);
    add_feature(data,
                &(struct item_feature){.name = "text",
                                       .columns = (uint32_t)encoder_dimension(encoder),
                                       .dense = vectors,
                                       .maker = arena_copy(&data->arena, encoder_name(encoder))});
    encoder_close(encoder);
    return STATUS_OK;
}

static void add_terms(struct dataset *data, const struct settings *settings, struct arena *work) {
    const size_t count = data->items.count;
    struct encoder_text *texts = ARENA_ARRAY_RAW(work, struct encoder_text, count);
    struct tfidf_options options = TFIDF_USUAL;
    struct tfidf tfidf;
    options.max_terms = (uint32_t)settings_int(settings, "text.max_features");
    for (uint32_t i = 0; i < count; i++) {
        const char *text = film_text_terms(data, i, work);
        texts[i] = (struct encoder_text){text, strlen(text)};
    }
    tfidf_fit(&tfidf, texts, count, &options, work);
    const struct csr rows = tfidf_rows(&tfidf, texts, count, &data->arena);
    add_feature(data, &(struct item_feature){.name = "terms",
                                             .columns = rows.column_count,
                                             .offsets = rows.offsets,
                                             .indices = rows.columns,
                                             .values = rows.values});
}

enum status item_text_attach(struct dataset *data, const struct settings *settings,
                             struct progress *progress, struct error *error) {
    struct arena work = {0};
    enum status status = STATUS_OK;
    progress_begin(progress, "reading what is written of the items", 0);
    if (settings_choice(settings, "text.encoder") != NO_ENCODER)
        status = add_vectors(data, settings, &work, error);
    if (status == STATUS_OK)
        add_terms(data, settings, &work);
    progress_end(progress);
    arena_release(&work);
    return status;
}
