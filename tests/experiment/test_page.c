/* test_page.c: pages of reports: complete, of strange texts, of next to nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/page.h"

static struct arena arena;

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char first[] =
    "{\"model\":\"gmf\",\"data\":\"a,b\",\"split\":\"given\",\"candidates\":\"all\","
    "\"metrics\":{\"ndcg@10\":0.25,\"rmse\":0.9},"
    "\"intervals\":{\"ndcg@10\":[0.2,0.3]},"
    "\"epochs\":[{\"epoch\":1,\"loss\":0.5,\"validation\":null},"
    "{\"epoch\":2,\"loss\":0.25,\"validation\":0.2}],"
    "\"shown\":[{\"least\":0,\"most\":0,\"items\":0.5,\"interactions\":0,\"shown\":0.25},"
    "{\"least\":1,\"most\":1,\"items\":0.5,\"interactions\":1,\"shown\":0.75}],"
    "\"evolution\":[{\"ratings\":1,\"users\":3,\"metrics\":{\"ndcg@10\":0.1},"
    "\"intervals\":{\"ndcg@10\":[0.05,0.15]}}],"
    "\"fit_seconds\":1.5,\"peak_rss_bytes\":42000000,"
    "\"settings\":{\"model.mf_dim\":32,\"seed\":42,\"tags\":[\"<i>\"]}}";
static const char second[] =
    "{\"model\":\"ease\",\"data\":\"a,b\",\"split\":\"given\",\"candidates\":\"all\","
    "\"metrics\":{\"ndcg@10\":0.35,\"rmse\":0.95},\"settings\":{\"model.l2\":1,\"seed\":42}}";

static void html(void **state) {
    (void)state;
    json_t *one = json_loads(first, 0, NULL), *two = json_loads(second, 0, NULL);
    const struct page_run runs[] = {{"1 <script>", one}, {"2 ease", two}};
    const char *page = page_html(runs, 2, &arena);
    static const char *const wanted[] = {"1 &lt;script&gt;",
                                         "class=\"best\">0.3500",
                                         "class=\"best\">0.9000",
                                         "0.2500<small>±0.0500",
                                         ">Loss<",
                                         ">Validation<",
                                         ">How popular",
                                         "Cold start: ndcg@10",
                                         "model.mf_dim",
                                         "&lt;i&gt;",
                                         "prefers-color-scheme",
                                         "a,b, given"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(page, wanted[i]))
            fail_msg("%s is missing", wanted[i]);
    static const char *const unwanted[] = {"<script", "http:", "https:", "nan", "inf\"", "<i>]"};
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
        if (strstr(page, unwanted[i]))
            fail_msg("%s is there", unwanted[i]);
    json_decref(one);
    json_decref(two);
}

static void markdown_and_csv(void **state) {
    (void)state;
    json_t *one = json_loads(first, 0, NULL), *two = json_loads(second, 0, NULL);
    const struct page_run runs[] = {{"1 gmf", one}, {"2 ease", two}};
    const char *text = page_markdown(runs, 2, &arena);
    assert_non_null(strstr(text, "| ndcg@10 | 0.2500 ±0.0500 | **0.3500** |\n"));
    assert_non_null(strstr(text, "| rmse | **0.9000** | 0.9500 |\n"));
    assert_string_equal(page_csv(runs, 2, &arena),
                        "run,model,data,split,candidates,metric,value,low,high\n"
                        "1 gmf,gmf,\"a,b\",given,all,ndcg@10,0.25,0.2,0.3\n"
                        "1 gmf,gmf,\"a,b\",given,all,rmse,0.9,,\n"
                        "2 ease,ease,\"a,b\",given,all,ndcg@10,0.35,,\n"
                        "2 ease,ease,\"a,b\",given,all,rmse,0.95,,\n");
    json_decref(one);
    json_decref(two);
}

/* Members that are missing or of another kind are passed over. */
static void strange_reports(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{}", "{\"metrics\":[],\"epochs\":{},\"shown\":3,\"evolution\":null,\"settings\":[]}",
        "{\"metrics\":{\"ndcg@10\":null,\"x\":\"y\"},\"epochs\":[1,null,{\"epoch\":\"a\"}]}",
        "{\"metrics\":{\"ndcg@10\":1e308},\"intervals\":{\"ndcg@10\":[]},\"evolution\":[[],{}]}",
        "{\"shown\":[{},{\"least\":-1}],\"epochs\":[{\"epoch\":1,\"loss\":-1e300}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *value = json_loads(texts[i], 0, NULL);
        assert_non_null(value);
        const struct page_run runs[] = {{"a", value}, {"b", value}};
        for (size_t count = 1; count <= 2; count++) {
            assert_non_null(strstr(page_html(runs, count, &arena), "</html>"));
            page_markdown(runs, count, &arena);
            page_csv(runs, count, &arena);
        }
        json_decref(value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(html, release),
        cmocka_unit_test_teardown(markdown_and_csv, release),
        cmocka_unit_test_teardown(strange_reports, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
