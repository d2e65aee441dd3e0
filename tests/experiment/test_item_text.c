/* test_item_text.c: what is written of the films as features: TF-IDF always, vectors where the
 * encoder's weights are on the machine. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "experiment/item_text.h"
#include "text/encoder.h"

static char folder[] = "/tmp/matinee-test-item-text-XXXXXX";

static const struct item_feature *feature(const struct dataset *data, const char *name) {
    for (size_t f = 0; f < data->feature_count; f++)
        if (strcmp(data->features[f].name, name) == 0)
            return &data->features[f];
    return NULL;
}

/* A data set of four films, with the features that the settings ask for. */
static struct dataset *attach(const char *const *pairs, struct arena *arena) {
    struct dataset *data;
    struct error error;
    static struct progress silent;
    struct settings *settings = settings_create(arena);
    progress_init(&silent, true);
    settings_add(settings, item_text_settings);
    for (; *pairs; pairs++)
        assert_int_equal(settings_set_pair(settings, *pairs, NULL, &error), STATUS_OK);
    assert_int_equal(dataset_open(&data, folder, &error), STATUS_OK);
    const size_t before = data->feature_count;
    if (item_text_attach(data, settings, &silent, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_true(data->feature_count > before);
    return data;
}

static double cosine(const struct item_feature *text, size_t a, size_t b) {
    double sum = 0;
    for (size_t c = 0; c < text->columns; c++)
        sum +=
            (double)text->dense[a * text->columns + c] * (double)text->dense[b * text->columns + c];
    return sum;
}

static void words_need_no_encoder(void **state) {
    (void)state;
    struct arena arena = {0};
    struct dataset *data =
        attach((const char *const[]){"text.encoder=none", "text.max_features=2", NULL}, &arena);
    const struct item_feature *terms = feature(data, "terms");
    assert_null(feature(data, "text"));
    assert_non_null(terms);
    assert_int_equal(terms->columns, 2); /* "comedy" and "story" stand most often */
    assert_int_equal(terms->offsets[4] - terms->offsets[0], 6);
    dataset_close(data);
    arena_release(&arena);
}

static void vectors_are_kept(void **state) {
    (void)state;
    struct encoder *encoder;
    struct error error;
    const struct encoder_options options = {.kind = ENCODER_MINILM};
    if (encoder_open(&encoder, &options, &error) != STATUS_OK)
        skip();
    encoder_close(encoder);
    setenv("XDG_DATA_HOME", folder, 1);
    struct arena arena = {0};
    const char *const pairs[] = {"text.encoder=minilm", NULL};
    struct dataset *data = attach(pairs, &arena), *again = attach(pairs, &arena);
    const struct item_feature *text = feature(data, "text"), *kept = feature(again, "text");
    assert_non_null(feature(data, "terms"));
    assert_string_equal(text->maker, "minilm");
    assert_true(fabs(cosine(text, 0, 0) - 1) < 1e-5);
    assert_true(cosine(text, 0, 1) > cosine(text, 0, 3)); /* Toy Story, its sequel, Alien */
    assert_int_equal(text->columns, kept->columns);
    assert_memory_equal(text->dense, kept->dense, 4 * text->columns * sizeof(float));
    const char *const *names;
    size_t count;
    assert_int_equal(
        files_list(files_join(&arena, folder, "matinee/vectors"), &arena, &names, &count, &error),
        STATUS_OK);
    assert_int_equal(count, 1);
    dataset_close(data);
    dataset_close(again);
    arena_release(&arena);
}

static int make_folder(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    static const char movies[] = "movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n"
                                 "2,Toy Story 2 (1999),Animation|Comedy\n3,Love Story (1970),"
                                 "Comedy\n4,Alien (1979),Horror|Sci-Fi\n";
    static const char ratings[] = "userId,movieId,rating\n1,1,5\n1,2,4\n2,3,4\n2,4,1\n";
    const bool made = mkdtemp(folder) &&
                      files_write(files_join(&arena, folder, "movies.csv"), movies, strlen(movies),
                                  &error) == STATUS_OK &&
                      files_write(files_join(&arena, folder, "ratings.csv"), ratings,
                                  strlen(ratings), &error) == STATUS_OK;
    arena_release(&arena);
    return !made;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    return files_remove_folder(folder, &error) != STATUS_OK;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_need_no_encoder),
        cmocka_unit_test(vectors_are_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
