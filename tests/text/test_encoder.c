/* test_encoder.c: which encoder opens for which words and places, and files of vectors. */
#include "golden.h"
#include "tiny_bert.h"

#include <unistd.h>

#include "text/vectors_file.h"

static struct arena arena;
static struct tiny_bert tiny;

/* A folder that has the small network under the name minilm, and nothing else. */
static int setup(void **state) {
    (void)state;
    struct error error;
    if (tiny_make(&tiny))
        return 1;
    const char *models = tiny_path(&tiny, "models");
    setenv("XDG_DATA_HOME", tiny_path(&tiny, "home"), 1);
    unsetenv("MATINEE_MODELS");
    return files_make_folder(models, &error) != STATUS_OK ||
           symlink(tiny.folder, files_join(&arena, models, "minilm")) != 0;
}

static int teardown(void **state) {
    (void)state;
    tiny_remove(&tiny);
    arena_release(&arena);
    arena_release(&golden_arena);
    return 0;
}

static enum status open_as(struct encoder **encoder, const char *word, struct error *error) {
    struct encoder_options options;
    TRY(encoder_options_parse(&options, word, ENCODER_F32, error));
    return encoder_open(encoder, &options, error);
}

static void test_words_and_places(void **state) {
    (void)state;
    struct encoder *encoder;
    struct error error;
    assert_int_equal(open_as(&encoder, "minilm", &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "the weights of minilm are not on this machine"));
    assert_int_equal(open_as(&encoder, "elsewhere", &error), STATUS_BAD_USAGE);
    assert_string_equal(error.text, "--encoder \"elsewhere\": expected auto|minilm|builtin, or the "
                                    "folder of a model");
    assert_int_equal(open_as(&encoder, "auto", &error), STATUS_OK);
    assert_string_equal(encoder_name(encoder), "builtin");
    encoder_close(encoder);
    setenv("MATINEE_MODELS", arena_format(&arena, "/nowhere:%s/models", tiny.folder), 1);
    assert_int_equal(open_as(&encoder, "minilm", &error), STATUS_OK);
    assert_string_equal(encoder_name(encoder), "minilm");
    assert_int_equal(encoder_dimension(encoder), TINY_WIDTH);
    encoder_close(encoder);
    assert_int_equal(open_as(&encoder, "auto", &error), STATUS_OK);
    assert_string_equal(encoder_name(encoder), "minilm");
    const struct encoder_calibration calibration = encoder_calibration(encoder);
    assert_true(calibration.scale == 1 && calibration.offset == 0);
    encoder_close(encoder);
    assert_int_equal(open_as(&encoder, tiny.folder, &error), STATUS_OK);
    assert_string_equal(encoder_name(encoder), files_base_name(&arena, tiny.folder));
    const struct encoder_text text = {"a!", 2};
    uint32_t ids[ENCODER_TOKENS_MAX];
    const uint32_t expected[] = {2, 4, 8, 3};
    assert_int_equal(encoder_tokens(encoder, &text, ids), 4);
    assert_memory_equal(ids, expected, sizeof expected);
    encoder_close(encoder);
    assert_int_equal(open_as(&encoder, "builtin", &error), STATUS_OK);
    assert_string_equal(encoder_name(encoder), "builtin");
    encoder_close(encoder);
    encoder_close(NULL);
}

/* Weights that are cut short are an error to who asks for them, and a warning to who does not. */
static void test_damaged_weights(void **state) {
    (void)state;
    struct encoder *encoder;
    struct error error;
    const char *models = tiny_path(&tiny, "damaged");
    const char *weights = files_join(&arena, models, "minilm/model.safetensors");
    assert_int_equal(files_make_parent(weights, &error), STATUS_OK);
    assert_int_equal(files_write(weights, "short", 5, &error), STATUS_OK);
    setenv("MATINEE_MODELS", models, 1);
    assert_int_equal(open_as(&encoder, "auto", &error), STATUS_OK);
    assert_string_equal(encoder_name(encoder), "builtin");
    encoder_close(encoder);
    assert_int_not_equal(open_as(&encoder, "minilm", &error), STATUS_OK);
    assert_null(encoder);
}

static void test_files_of_vectors(void **state) {
    (void)state;
    static const float vectors[6] = {1, 2, 3, 4, 5, 6};
    struct vectors_file content = {.encoder = "minilm",
                                   .key = "k1",
                                   .ids = "10\n20\n",
                                   .vectors = vectors,
                                   .count = 2,
                                   .dimension = 3};
    struct error error;
    const char *path = tiny_path(&tiny, "v.safetensors"), *npy = tiny_path(&tiny, "v.npy");
    assert_false(vectors_file_has(path, "k1"));
    assert_int_equal(vectors_file_write(path, &content, &error), STATUS_OK);
    assert_true(vectors_file_has(path, "k1"));
    assert_false(vectors_file_has(path, "k2"));
    struct tensor_file file;
    assert_int_equal(tensor_file_open(&file, path, &error), STATUS_OK);
    const struct tensor *tensor = tensor_file_find(&file, "embeddings");
    assert_int_equal(tensor->shape[0], 2);
    assert_int_equal(tensor->shape[1], 3);
    assert_memory_equal(tensor->data, vectors, sizeof vectors);
    assert_memory_equal(tensor_file_find(&file, "ids")->data, "10\n20\n", 6);
    assert_string_equal(tensor_file_metadata(&file, "encoder"), "minilm");
    tensor_file_close(&file);
    assert_int_equal(vectors_file_write(npy, &content, &error), STATUS_OK);
    assert_false(vectors_file_has(npy, "k1"));
    char *bytes;
    size_t size;
    assert_int_equal(files_read(npy, 1000, &arena, &bytes, &size, &error), STATUS_OK);
    assert_int_equal(size, 128 + sizeof vectors);
    assert_memory_equal(bytes,
                        "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, "
                        "'shape': (2, 3), } ",
                        10 + 59);
    assert_int_equal(bytes[127], '\n');
    assert_memory_equal(bytes + 128, vectors, sizeof vectors);
    content.ids = content.key = NULL;
    assert_int_equal(vectors_file_write(path, &content, &error), STATUS_OK);
    assert_false(vectors_file_has(path, "k1"));
    assert_int_not_equal(vectors_file_write("/nowhere/at/all", &content, &error), STATUS_OK);
}

static void test_names_that_compare(void **state) {
    (void)state;
    assert_true(encoder_same("minilm", "minilm-int8"));
    assert_true(encoder_same("minilm-bf16", "minilm-int8"));
    assert_true(encoder_same("builtin", "builtin"));
    assert_false(encoder_same("minilm", "builtin"));
    assert_false(encoder_same("minilm", "minilm-l12"));
    assert_false(encoder_same("minilm-int8", "minilm-int8-int8"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_places),
        cmocka_unit_test(test_damaged_weights),
        cmocka_unit_test(test_files_of_vectors),
        cmocka_unit_test(test_names_that_compare),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
