/* test_builtin.c: the built-in encoder: lengths, threads, texts without tokens, sense in plain
 * examples; and, where the published vectors are at hand, how its order of all pairs of film texts
 * agrees with MiniLM's (Spearman). */
#include "golden.h"

#include "base/parallel.h"
#include "text/builtin.h"

#define FILM_TEXTS_FROM 29 /* of the published texts; before stand such as try the tokenizer */

static struct builtin *builtin;

static int setup(void **state) {
    (void)state;
    builtin_open(&builtin);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    builtin_close(builtin);
    builtin_close(NULL);
    arena_release(&golden_arena);
    return 0;
}

static float *encode(const struct encoder_text *texts, size_t count) {
    float *vectors = ARENA_ARRAY(&golden_arena, float, count *builtin_width(builtin));
    builtin_encode(builtin, texts, count, vectors);
    return vectors;
}

static double dot(const float *a, const float *b) {
    double sum = 0;
    for (size_t i = 0; i < builtin_width(builtin); i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static double likeness(const char *a, const char *b) {
    const struct encoder_text texts[2] = {{a, strlen(a)}, {b, strlen(b)}};
    const float *vectors = encode(texts, 2);
    return dot(vectors, vectors + builtin_width(builtin));
}

static void test_lengths(void **state) {
    (void)state;
    assert_true(fabs(likeness("a heist film", "a heist film") - 1) < 1e-5);
    assert_true(likeness("", "film") == 0);
    assert_true(likeness(" \x01\xff", "[CLS][SEP]") == 0);
    const struct encoder_calibration calibration = builtin_calibration(builtin);
    assert_true(calibration.scale > 0.3f && calibration.scale < 3);
    assert_true(fabsf(calibration.offset) < 0.5f);
}

static void test_sense(void **state) {
    (void)state;
    assert_true(likeness("space travel", "astronauts on a spaceship") >
                likeness("space travel", "a wedding in Italy"));
    assert_true(likeness("scary ghost story", "horror") > likeness("scary ghost story", "comedy"));
    assert_true(likeness("Amélie", "amelie") > 0.999);
}

static void test_the_same_bits(void **state) {
    (void)state;
    enum { TEXTS = 300 };
    struct encoder_text texts[TEXTS];
    for (size_t i = 0; i < TEXTS; i++)
        texts[i] = (struct encoder_text){&"a quiet film about a long journey"[i % 30], 3};
    parallel_set_threads(1);
    const float *first = encode(texts, TEXTS);
    parallel_set_threads(4);
    const float *other = encode(texts, TEXTS);
    assert_memory_equal(first, other, TEXTS * builtin_width(builtin) * sizeof *first);
    for (size_t i = 0; i < 30; i++)
        assert_memory_equal(encode(&texts[i], 1), first + i * builtin_width(builtin),
                            builtin_width(builtin) * sizeof *first);
    parallel_set_threads(0);
}

struct pair {
    double value;
    size_t index;
};

static int by_value(const void *a, const void *b) {
    const double x = ((const struct pair *)a)->value, y = ((const struct pair *)b)->value;
    return (x > y) - (x < y);
}

/* The values' places; equal values are too few here to matter. */
static double *places(const double *values, size_t count) {
    struct pair *pairs = ARENA_ARRAY(&golden_arena, struct pair, count);
    double *place = ARENA_ARRAY(&golden_arena, double, count);
    for (size_t i = 0; i < count; i++)
        pairs[i] = (struct pair){values[i], i};
    qsort(pairs, count, sizeof *pairs, by_value);
    for (size_t i = 0; i < count; i++)
        place[pairs[i].index] = (double)i;
    return place;
}

static void test_the_order_of_pairs_is_minilms(void **state) {
    (void)state;
    size_t count = 0, pairs = 0;
    const struct golden_text *all = golden_read(&count);
    if (!all)
        skip();
    const size_t films = count - FILM_TEXTS_FROM, width = builtin_width(builtin);
    struct encoder_text *texts = ARENA_ARRAY(&golden_arena, struct encoder_text, films);
    for (size_t i = 0; i < films; i++)
        texts[i] = all[FILM_TEXTS_FROM + i].text;
    const float *vectors = encode(texts, films);
    double *found = ARENA_ARRAY(&golden_arena, double, films *films),
           *expected = ARENA_ARRAY(&golden_arena, double, films *films);
    for (size_t i = 0; i < films; i++)
        for (size_t j = 0; j < i; j++) {
            found[pairs] = dot(vectors + i * width, vectors + j * width);
            expected[pairs++] =
                golden_cosine(all[FILM_TEXTS_FROM + i].vector, all[FILM_TEXTS_FROM + j].vector);
        }
    const double *a = places(found, pairs), *b = places(expected, pairs), n = (double)pairs;
    double squares = 0;
    for (size_t i = 0; i < pairs; i++)
        squares += (a[i] - b[i]) * (a[i] - b[i]);
    const double spearman = 1 - 6 * squares / (n * (n * n - 1));
    print_message("Spearman %.4f over %zu pairs\n", spearman, pairs);
    assert_true(spearman >= 0.85);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_sense),
        cmocka_unit_test(test_the_same_bits),
        cmocka_unit_test(test_the_order_of_pairs_is_minilms),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
