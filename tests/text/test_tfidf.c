/* test_tfidf.c: terms, weights and rows against scikit-learn's, by tests/golden/tfidf.txt; the
 * choice of terms, edges. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/stop_words.h"
#include "text/tfidf.h"

enum { TEXTS_MAX = 16 };

static struct arena memory;

static struct encoder_text text_of(const char *text) {
    return (struct encoder_text){text, strlen(text)};
}

/* The texts of the golden file. */
static size_t read_texts(FILE *file, struct encoder_text *texts) {
    char line[256];
    size_t count = 0;
    rewind(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "text ", 5) == 0)
            texts[count++] = text_of(arena_copy(&memory, line + 5));
    }
    return count;
}

static void check(const char *title, const struct tfidf_options *options) {
    FILE *file = fopen("tests/golden/tfidf.txt", "r");
    assert_non_null(file);
    struct encoder_text texts[TEXTS_MAX];
    const size_t count = read_texts(file, texts);
    struct tfidf tfidf;
    tfidf_fit(&tfidf, texts, count, options, &memory);
    const struct csr rows = tfidf_rows(&tfidf, texts, count, &memory);
    char line[256], term[64];
    unsigned terms = 0, column, length;
    double value;
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, title, strlen(title)) == 0 &&
            sscanf(line + strlen(title), "%u", &terms) == 1)
            break;
    assert_int_equal(tfidf.terms.count, terms);
    for (uint32_t t = 0; t < terms; t++) {
        assert_int_equal(fscanf(file, "%lf %63s", &value, term), 2);
        for (char *at = term; *at; at++)
            *at = *at == '_' ? ' ' : *at;
        assert_string_equal(tfidf.terms.list[t].bytes, term);
        assert_true(fabs((double)tfidf.idf[t] - value) < 1e-6);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct csr_row row = csr_row(&rows, i);
        assert_int_equal(fscanf(file, "%u", &length), 1);
        assert_int_equal(row.count, length);
        for (size_t e = 0; e < length; e++) {
            assert_int_equal(fscanf(file, "%u %lf", &column, &value), 2);
            assert_int_equal(row.columns[e], column);
            assert_true(fabs((double)row.values[e] - value) < 1e-6);
        }
    }
    fclose(file);
    assert_true(csr_is_valid(&rows, csr_count(&rows)));
}

static void words_agree_with_scikit_learn(void **state) {
    (void)state;
    check("words ", &TFIDF_USUAL);
}

static void counts_agree_with_scikit_learn(void **state) {
    (void)state;
    struct tfidf_options options = TFIDF_USUAL;
    options.longest = 1;
    options.max_terms = 5;
    options.sublinear = false;
    check("counted ", &options);
}

static void letters_agree_with_scikit_learn(void **state) {
    (void)state;
    check(
        "letters ",
        &(struct tfidf_options){
            .kind = TFIDF_LETTERS, .shortest = 2, .longest = 4, .min_texts = 3, .sublinear = true});
}

static void nothing_is_fine(void **state) {
    (void)state;
    struct tfidf tfidf;
    tfidf_fit(&tfidf, NULL, 0, &TFIDF_USUAL, &memory);
    assert_int_equal(tfidf.terms.count, 0);
    const struct encoder_text texts[] = {text_of(""), text_of("only once")};
    tfidf_fit(&tfidf, texts, 2, &TFIDF_USUAL, &memory);
    assert_int_equal(tfidf.terms.count, 0);
    const struct csr rows = tfidf_rows(&tfidf, texts, 2, &memory);
    assert_int_equal(csr_count(&rows), 0);
}

static void a_very_long_word_is_cut(void **state) {
    (void)state;
    char *word = ARENA_ARRAY_RAW(&memory, char, 100000);
    memset(word, 'x', 100000);
    const struct encoder_text texts[] = {{word, 100000}, {word, 100000}};
    struct tfidf tfidf;
    const struct tfidf_options letters = {
        .kind = TFIDF_LETTERS, .shortest = 1, .longest = 3, .min_texts = 2};
    tfidf_fit(&tfidf, texts, 2, &letters, &memory);
    assert_int_equal(tfidf.terms.count, 6); /* " ", "x", " x", "xx", " xx", "xxx" */
    tfidf_fit(&tfidf, texts, 2, &TFIDF_USUAL, &memory);
    assert_int_equal(tfidf.terms.count, 1);
}

static void stop_words_are_found(void **state) {
    (void)state;
    assert_true(stop_words_has("the", 3));
    assert_true(stop_words_has("don", 3));
    assert_false(stop_words_has("the", 2));
    assert_false(stop_words_has("film", 4));
    assert_false(stop_words_has("", 0));
    for (size_t i = 1; stop_words_at(i); i++) {
        assert_true(strcmp(stop_words_at(i - 1), stop_words_at(i)) < 0);
        assert_true(stop_words_has(stop_words_at(i), strlen(stop_words_at(i))));
    }
}

static int release(void **state) {
    (void)state;
    arena_release(&memory);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_agree_with_scikit_learn),
        cmocka_unit_test(counts_agree_with_scikit_learn),
        cmocka_unit_test(letters_agree_with_scikit_learn),
        cmocka_unit_test(nothing_is_fine),
        cmocka_unit_test(a_very_long_word_is_cut),
        cmocka_unit_test(stop_words_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
