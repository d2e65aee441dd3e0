/* test_tensor.c: tensors and files of them: what is written is read again, equal content gives
 * equal bytes, the layout is safetensors', and whatever is wrong with a file is said in one line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/files.h"
#include "nn/tensor.h"

static char folder[64], path[96];
static struct arena arena;

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/matinee-test-tensor-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/tensors.safetensors", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    arena_release(&arena);
    return files_remove_folder(folder, &error) != STATUS_OK;
}

/* One of each kind, odd sizes, an empty one and an empty slot. */
static size_t some_tensors(struct tensor *tensors, const struct tensor *list[8]) {
    static const char *const names[] = {"weights", "text", "offsets", "none", "slot", "half"};
    memset(tensors, 0, 6 * sizeof *tensors);
    for (size_t i = 0; i < 6; i++) {
        tensors[i].name = names[i];
        list[i] = &tensors[i];
    }
    tensor_make(&tensors[0], TENSOR_F32, 3, 5, &arena);
    tensor_make(&tensors[1], TENSOR_U8, 7, 0, &arena);
    tensor_make(&tensors[2], TENSOR_U64, 4, 0, &arena);
    tensor_make(&tensors[3], TENSOR_I32, 0, 0, &arena);
    tensor_make(&tensors[5], TENSOR_BF16, 3, 0, &arena);
    for (size_t i = 0; i < 15; i++)
        tensor_floats(&tensors[0])[i] = (float)i * 0.25f;
    memcpy(tensors[1].data, "matinee", 7);
    for (size_t i = 0; i < 4; i++)
        ((uint64_t *)tensors[2].data)[i] = 1000000000000u + i;
    return 6;
}

static const struct tensor_metadata metadata[] = {{"format", "test"},
                                                  {"title", "Amélie \"2001\"\n"}};

static void write_some(void) {
    struct tensor tensors[6];
    const struct tensor *list[8];
    struct error error;
    const size_t count = some_tensors(tensors, list);
    assert_int_equal(tensor_file_write(path, list, count, metadata, 2, &error), STATUS_OK);
}

static void test_sizes(void **state) {
    (void)state;
    struct tensor tensor = {.name = "x"};
    assert_int_equal(tensor_count(&tensor), 0);
    tensor_make(&tensor, TENSOR_F64, 4, 3, &arena);
    assert_int_equal(tensor_count(&tensor), 12);
    assert_int_equal(tensor_bytes(&tensor), 96);
    assert_int_equal(tensor.rank, 2);
    tensor_make(&tensor, TENSOR_U8, 9, 0, &arena);
    assert_int_equal(tensor_bytes(&tensor), 9);
    assert_int_equal(tensor.rank, 1);
}

static void test_what_is_written_is_read(void **state) {
    (void)state;
    write_some();
    struct tensor_file file;
    struct error error;
    assert_int_equal(tensor_file_open(&file, path, &error), STATUS_OK);
    assert_int_equal(file.tensor_count, 5);
    assert_null(tensor_file_find(&file, "slot"));
    const struct tensor *weights = tensor_file_find(&file, "weights");
    assert_int_equal(weights->rank, 2);
    assert_int_equal(weights->shape[0], 3);
    assert_int_equal(weights->shape[1], 5);
    assert_true(tensor_floats(weights)[14] == 3.5f);
    assert_int_equal((uintptr_t)weights->data % 4, 0);
    const struct tensor *offsets = tensor_file_find(&file, "offsets");
    assert_int_equal((uintptr_t)offsets->data % 8, 0);
    assert_true(((uint64_t *)offsets->data)[3] == 1000000000003u);
    assert_memory_equal(tensor_file_find(&file, "text")->data, "matinee", 7);
    assert_int_equal(tensor_count(tensor_file_find(&file, "none")), 0);
    assert_string_equal(tensor_file_metadata(&file, "title"), metadata[1].value);
    assert_null(tensor_file_metadata(&file, "other"));
    tensor_file_close(&file);
    tensor_file_close(&file);
}

static void test_equal_content_gives_equal_bytes(void **state) {
    (void)state;
    char *first, *second;
    size_t size, again;
    struct error error;
    write_some();
    assert_int_equal(files_read(path, 1 << 20, &arena, &first, &size, &error), STATUS_OK);
    write_some();
    assert_int_equal(files_read(path, 1 << 20, &arena, &second, &again, &error), STATUS_OK);
    assert_int_equal(size, again);
    assert_memory_equal(first, second, size);
}

static void test_the_layout_is_safetensors(void **state) {
    (void)state;
    write_some();
    char *bytes;
    size_t size;
    struct error error;
    assert_int_equal(files_read(path, 1 << 20, &arena, &bytes, &size, &error), STATUS_OK);
    const size_t header = (unsigned char)bytes[0] + 256u * (unsigned char)bytes[1];
    assert_int_equal((8 + header) % 64, 0);
    static const char expected[] =
        "{\"__metadata__\":{\"format\":\"test\",\"title\":\"Amélie \\\"2001\\\"\\n\"},"
        "\"offsets\":{\"dtype\":\"U64\",\"shape\":[4],\"data_offsets\":[0,32]},"
        "\"weights\":{\"dtype\":\"F32\",\"shape\":[3,5],\"data_offsets\":[32,92]},"
        "\"none\":{\"dtype\":\"I32\",\"shape\":[0],\"data_offsets\":[92,92]},"
        "\"half\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[92,98]},"
        "\"text\":{\"dtype\":\"U8\",\"shape\":[7],\"data_offsets\":[98,105]}}";
    assert_memory_equal(bytes + 8, expected, sizeof expected - 1);
    for (size_t i = 8 + sizeof expected - 1; i < 8 + header; i++)
        assert_int_equal(bytes[i], ' ');
    assert_int_equal(size, 8 + header + 105);
}

/* Puts a header and `data` zero bytes into the file; opening it must fail with `text`. */
static void assert_refused(const char *header, size_t data, const char *text) {
    const size_t length = strlen(header);
    char *bytes = arena_alloc(&arena, 8 + length + data);
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (char)(length >> (8 * i));
    memcpy(bytes + 8, header, length);
    struct error error = {0};
    struct tensor_file file;
    assert_int_equal(files_write(path, bytes, 8 + length + data, &error), STATUS_OK);
    assert_int_equal(tensor_file_open(&file, path, &error), STATUS_BAD_INPUT);
    if (!strstr(error.text, text) || !strstr(error.text, path))
        fail_msg("expected \"...%s...\", found \"%s\"", text, error.text);
}

#define ENTRY(name, type, shape, offsets)                                                          \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void test_broken_headers_are_refused(void **state) {
    (void)state;
    assert_refused("", 0, "not a JSON object");
    assert_refused("[]", 0, "not a JSON object");
    assert_refused("{\"a\":", 0, "not a JSON object");
    assert_refused("{\"a\":1}", 0, "expected an object");
    assert_refused("{\"a\":{}}", 0, "dtype");
    assert_refused("{" ENTRY("a", "F16", "[1]", "[0,2]") "}", 2, "dtype");
    assert_refused("{" ENTRY("a", "F32", "[1,1,1,1,1]", "[0,4]") "}", 4, "at most 4");
    assert_refused("{" ENTRY("a", "F32", "[-1]", "[0,4]") "}", 4, "shape");
    assert_refused("{" ENTRY("a", "F32", "[4294967296,4294967296]", "[0,4]") "}", 4, "shape");
    assert_refused("{" ENTRY("a", "F32", "[1.5]", "[0,4]") "}", 4, "shape");
    assert_refused("{" ENTRY("a", "F32", "[2]", "[0,4]") "}", 4, "differ");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[4,0]") "}", 4, "data_offsets");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0]") "}", 4, "data_offsets");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[-4,0]") "}", 4, "data_offsets");
    assert_refused("{" ENTRY("a", "F32", "[2]", "[0,8]") "}", 4, "truncated");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "}", 5, "longer");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[4,8]") "}", 8, "gap");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]", "[2,6]") "}",
                   6, "overlap");
    assert_refused("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("a", "F32", "[1]", "[4,8]") "}",
                   8, "not a JSON object");
    assert_refused("{\"__metadata__\":{\"a\":1}}", 0, "only texts");
}

static void test_a_misaligned_tensor_is_read(void **state) {
    (void)state;
    static const char header[] =
        "{" ENTRY("a", "U8", "[1]", "[0,1]") "," ENTRY("b", "F32", "[1]", "[1,5]") "}";
    char bytes[8 + sizeof header + 8] = {(char)(sizeof header - 1)};
    memcpy(bytes + 8, header, sizeof header - 1);
    const float value = 2.5f;
    memcpy(bytes + 8 + sizeof header - 1 + 1, &value, sizeof value);
    struct error error;
    struct tensor_file file;
    assert_int_equal(files_write(path, bytes, 8 + sizeof header - 1 + 5, &error), STATUS_OK);
    assert_int_equal(tensor_file_open(&file, path, &error), STATUS_OK);
    const struct tensor *b = tensor_file_find(&file, "b");
    assert_int_equal((uintptr_t)b->data % sizeof(float), 0);
    assert_true(tensor_floats(b)[0] == value);
    tensor_file_close(&file);
}

/* files_write would wait for the disk, some hundred times. */
static void write_quickly(const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Cut anywhere, the file is refused with a text that names it. */
static void test_a_truncated_file_is_refused(void **state) {
    (void)state;
    write_some();
    char *bytes;
    size_t size;
    struct error error;
    assert_int_equal(files_read(path, 1 << 20, &arena, &bytes, &size, &error), STATUS_OK);
    for (size_t kept = 0; kept < size; kept++) {
        struct tensor_file file;
        write_quickly(bytes, kept);
        assert_int_equal(tensor_file_open(&file, path, &error), STATUS_BAD_INPUT);
        assert_non_null(strstr(error.text, path));
    }
}

static void test_what_is_no_file_is_said(void **state) {
    (void)state;
    struct tensor_file file;
    struct error error;
    assert_int_equal(tensor_file_open(&file, "/nonexistent/model", &error), STATUS_NOT_FOUND);
    assert_int_equal(tensor_file_open(&file, folder, &error), STATUS_BAD_INPUT);
    assert_int_equal(files_write(path, "just some words, no tensors", 27, &error), STATUS_OK);
    assert_int_equal(tensor_file_open(&file, path, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "not a safetensors file"));
}

static void test_a_failed_write_keeps_the_old_file(void **state) {
    (void)state;
    write_some();
    struct tensor tensor = {.name = "\xff", .rank = 1, .shape = {0}, .data = ""};
    const struct tensor *list[] = {&tensor};
    struct error error;
    assert_int_equal(tensor_file_write(path, list, 1, NULL, 0, &error), STATUS_BAD_INPUT);
    assert_int_equal(tensor_file_write("/nonexistent/x", list, 0, NULL, 0, &error), STATUS_IO);
    struct tensor_file file;
    assert_int_equal(tensor_file_open(&file, path, &error), STATUS_OK);
    tensor_file_close(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_equal_content_gives_equal_bytes),
        cmocka_unit_test(test_the_layout_is_safetensors),
        cmocka_unit_test(test_broken_headers_are_refused),
        cmocka_unit_test(test_a_misaligned_tensor_is_read),
        cmocka_unit_test(test_a_truncated_file_is_refused),
        cmocka_unit_test(test_what_is_no_file_is_said),
        cmocka_unit_test(test_a_failed_write_keeps_the_old_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
