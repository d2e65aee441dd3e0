/* test_minilm.c: the encoder beside the published vectors, where they are at hand, and beside a
 * small network written out in double precision; the same bits for any threads and batch; and what
 * is said of folders that are not what they should be. */
#include "golden.h"
#include "tiny_bert.h"

#include <unistd.h>

#include "base/parallel.h"
#include "kernels/halves.h"
#include "text/minilm.h"

static int release(void **state) {
    (void)state;
    arena_release(&golden_arena);
    return 0;
}

static struct minilm *open_as(const char *folder, enum encoder_precision precision) {
    struct minilm *minilm;
    struct error error;
    if (minilm_open(&minilm, folder, precision, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return minilm;
}

static struct minilm *open_good(const char *folder) { return open_as(folder, ENCODER_F32); }

static struct encoder_text text_of(const char *text) {
    return (struct encoder_text){text, strlen(text)};
}

/* How near an encoder's vectors are to the published ones. */
struct nearness {
    double largest, least, mean; /* difference of a number; cosines */
};

static struct nearness nearness_of(enum encoder_precision precision, const struct golden_text *all,
                                   size_t count) {
    struct minilm *minilm = open_as(golden_folder(), precision);
    assert_int_equal(minilm_width(minilm), GOLDEN_WIDTH);
    struct encoder_text *texts = ARENA_ARRAY(&golden_arena, struct encoder_text, count);
    float *vectors = ARENA_ARRAY(&golden_arena, float, count *GOLDEN_WIDTH);
    for (size_t i = 0; i < count; i++)
        texts[i] = all[i].text;
    minilm_encode(minilm, texts, count, vectors);
    struct nearness near = {.least = 1};
    for (size_t i = 0; i < count; i++) {
        const float *vector = vectors + i * GOLDEN_WIDTH;
        for (size_t j = 0; j < GOLDEN_WIDTH; j++)
            near.largest = fmax(near.largest, fabs((double)(vector[j] - all[i].vector[j])));
        const double cosine = golden_cosine(vector, all[i].vector);
        near.least = fmin(near.least, cosine);
        near.mean += cosine / (double)count;
    }
    print_message("largest difference %.3g, cosine at least %.9f, %.9f on average\n", near.largest,
                  near.least, near.mean);
    minilm_close(minilm);
    return near;
}

static void test_the_published_vectors(void **state) {
    (void)state;
    size_t count = 0;
    const struct golden_text *all = golden_read(&count);
    if (!all)
        skip();
    const struct nearness f32 = nearness_of(ENCODER_F32, all, count);
    assert_true(f32.largest <= 2e-6);
    assert_true(f32.least >= 0.999999);
    const struct nearness int8 = nearness_of(ENCODER_INT8, all, count);
    assert_true(int8.least >= 0.98);
    assert_true(int8.mean >= 0.995);
    if (halves())
        assert_true(nearness_of(ENCODER_BF16, all, count).least >= 0.9995);
}

static const char *const tiny_texts[] = {"",      "a", "abb c", "c!c!c!", "a b c a b c a b c a b c",
                                         "zzz a", "bb"};
enum { TINY_TEXTS = sizeof tiny_texts / sizeof *tiny_texts };

static void test_a_small_network(void **state) {
    (void)state;
    struct tiny_bert tiny;
    assert_int_equal(tiny_make(&tiny), 0);
    struct minilm *minilm = open_good(tiny.folder);
    for (size_t i = 0; i < TINY_TEXTS; i++) {
        const struct encoder_text text = text_of(tiny_texts[i]);
        uint32_t ids[ENCODER_TOKENS_MAX];
        float vector[TINY_WIDTH];
        double expected[TINY_WIDTH];
        const size_t count = minilm_tokens(minilm, &text, ids);
        assert_true(count <= TINY_POSITIONS);
        minilm_encode(minilm, &text, 1, vector);
        tiny_forward(&tiny, ids, count, expected);
        for (size_t j = 0; j < TINY_WIDTH; j++)
            if (fabs((double)vector[j] - expected[j]) > 2e-6)
                fail_msg("\"%s\" %zu: %g, expected %g", tiny_texts[i], j, (double)vector[j],
                         expected[j]);
    }
    minilm_close(minilm);
    tiny_remove(&tiny);
}

/* Many texts at once and one by one, on 1, 2 and 4 threads. */
static void check_bits(enum encoder_precision precision) {
    enum { TEXTS = 1300 };
    struct tiny_bert tiny;
    assert_int_equal(tiny_make(&tiny), 0);
    struct minilm *minilm = open_as(tiny.folder, precision);
    struct encoder_text *texts = ARENA_ARRAY(&tiny.arena, struct encoder_text, TEXTS);
    float *first = ARENA_ARRAY(&tiny.arena, float, TEXTS *TINY_WIDTH);
    float *other = ARENA_ARRAY(&tiny.arena, float, TEXTS *TINY_WIDTH);
    for (size_t i = 0; i < TEXTS; i++)
        texts[i] = text_of(tiny_texts[i * i % TINY_TEXTS]);
    parallel_set_threads(1);
    minilm_encode(minilm, texts, TEXTS, first);
    for (size_t threads = 2; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        minilm_encode(minilm, texts, TEXTS, other);
        assert_memory_equal(first, other, TEXTS * TINY_WIDTH * sizeof *first);
    }
    for (size_t i = 0; i < TINY_TEXTS; i++)
        minilm_encode(minilm, &texts[i], 1, other + i * TINY_WIDTH);
    assert_memory_equal(first, other, TINY_TEXTS * TINY_WIDTH * sizeof *first);
    parallel_set_threads(0);
    minilm_encode(minilm, texts, 0, other);
    minilm_close(minilm);
    minilm_close(NULL);
    tiny_remove(&tiny);
}

static void test_the_same_bits(void **state) {
    (void)state;
    check_bits(ENCODER_F32);
    check_bits(ENCODER_INT8);
    if (halves())
        check_bits(ENCODER_BF16);
}

static void assert_refused(struct tiny_bert *tiny, const char *says) {
    struct minilm *minilm;
    struct error error;
    assert_int_not_equal(minilm_open(&minilm, tiny->folder, ENCODER_F32, &error), STATUS_OK);
    assert_null(minilm);
    if (!strstr(error.text, says))
        fail_msg("\"%s\" does not say \"%s\"", error.text, says);
}

static void test_weights_that_do_not_fit(void **state) {
    (void)state;
    struct tiny_bert tiny;
    assert_int_equal(tiny_make(&tiny), 0);
    struct tensor *up = tiny_find(&tiny, "encoder.layer.1.intermediate.dense.weight");
    const size_t kept = up->shape[0];
    up->shape[0]--;
    assert_int_equal(tiny_write_weights(&tiny), 0);
    assert_refused(&tiny, "\"encoder.layer.1.intermediate.dense.weight\" has another shape than "
                          "config.json says: expected 52 by 36");
    up->shape[0] = kept;
    up->type = TENSOR_I32;
    assert_int_equal(tiny_write_weights(&tiny), 0);
    assert_refused(&tiny, "is not of type F32");
    up->type = TENSOR_F32;
    up->name = "something else";
    assert_int_equal(tiny_write_weights(&tiny), 0);
    assert_refused(&tiny, "it has no tensor \"encoder.layer.1.intermediate.dense.weight\"");
    up->name = "bert.encoder.layer.1.intermediate.dense.weight";
    assert_int_equal(tiny_write_weights(&tiny), 0);
    minilm_close(open_good(tiny.folder));
    const char *path = tiny_path(&tiny, "model.safetensors");
    assert_int_equal(truncate(path, (off_t)files_size(path) - 1), 0);
    assert_refused(&tiny, "truncated");
    assert_int_equal(truncate(path, 100), 0);
    assert_refused(&tiny, path);
    assert_int_equal(unlink(path), 0);
    assert_refused(&tiny, path);
    tiny_remove(&tiny);
}

static void test_other_files_that_do_not_fit(void **state) {
    (void)state;
    static const char *const configs[][2] = {
        {"[]", "expected a JSON object"},
        {"{", "expected a JSON object"},
        {"{\"model_type\": \"t5\"}", "only bert is known here"},
        {"{\"hidden_act\": \"relu\"}", "only gelu is known here"},
        {"{\"num_hidden_layers\": 0}", "\"num_hidden_layers\" must be a whole number from 1 to"},
        {"{\"num_hidden_layers\": 2, \"hidden_size\": 10000000000}", "\"hidden_size\" must be"},
        {"{\"num_hidden_layers\": 2, \"hidden_size\": 36, \"num_attention_heads\": 5, "
         "\"intermediate_size\": 52, \"max_position_embeddings\": 12, \"type_vocab_size\": 2, "
         "\"vocab_size\": 10}",
         "5 attention heads do not divide the width of 36"},
    };
    struct tiny_bert tiny;
    assert_int_equal(tiny_make(&tiny), 0);
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        assert_int_equal(tiny_write(&tiny, "config.json", configs[i][0]), 0);
        assert_refused(&tiny, configs[i][1]);
    }
    assert_int_equal(tiny_write(&tiny, "config.json", tiny_config), 0);
    assert_int_equal(tiny_write(&tiny, "tokenizer_config.json", "{\"do_lower_case\": false}"), 0);
    assert_refused(&tiny, "only uncased ones are known here");
    assert_int_equal(tiny_write(&tiny, "tokenizer_config.json", "{\"do_lower_case\": true}"), 0);
    minilm_close(open_good(tiny.folder));
    assert_int_equal(
        tiny_write(&tiny, "vocab.txt", "[UNK]\n[CLS]\n[SEP]\n4\n5\n6\n7\n8\n9\n10\n11"), 0);
    assert_refused(&tiny, "vocab.txt: 11 lines, but config.json says that there are 10 pieces");
    assert_int_equal(unlink(tiny_path(&tiny, "vocab.txt")), 0);
    assert_refused(&tiny, "vocab.txt");
    tiny_remove(&tiny);
}

/* Layers that were packed before give the same bits; a file of other weights, or a damaged one, is
 * passed over. */
static void test_packed_layers(void **state) {
    (void)state;
    struct tiny_bert tiny;
    struct arena arena = {0};
    struct error error;
    const char *path;
    const struct encoder_text text = {"a b! c", 6};
    float before[TINY_WIDTH], after[TINY_WIDTH];
    assert_int_equal(tiny_make(&tiny), 0);
    for (int round = 0; round < 4; round++) {
        struct minilm *minilm;
        if (round == 1)
            assert_int_equal(minilm_pack(tiny.folder, &arena, &path, &error), STATUS_OK);
        if (round == 2) { /* other weights: other norms */
            ((float *)tiny_find(&tiny, "embeddings.LayerNorm.weight")->data)[0] += 1;
            assert_int_equal(tiny_write_weights(&tiny), 0);
        }
        if (round == 3)
            assert_int_equal(truncate(path, (off_t)files_size(path) / 2), 0);
        assert_int_equal(minilm_open(&minilm, tiny.folder, ENCODER_INT8, &error), STATUS_OK);
        minilm_encode(minilm, &text, 1, after);
        minilm_close(minilm);
        if (round == 1 || round == 3)
            assert_memory_equal(before, after, sizeof before);
        if (round == 2)
            assert_memory_not_equal(before, after, sizeof before);
        memcpy(before, after, sizeof before);
    }
    arena_release(&arena);
    tiny_remove(&tiny);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_vectors),
        cmocka_unit_test(test_a_small_network),
        cmocka_unit_test(test_the_same_bits),
        cmocka_unit_test(test_packed_layers),
        cmocka_unit_test(test_weights_that_do_not_fit),
        cmocka_unit_test(test_other_files_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
