/* drift.c: GET /api/drift: whether what people do now is still like what a model was fitted to.
 * Checked by tests/service/test_drift.c, tests/api/test_api_experiments.c. */
#include <math.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "service/drift.h"

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

void drift_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const char *model = parameters_string(&parameters, "model");
    struct drift_report report;
    struct error error;
    if (parameters_failed(&parameters, response))
        return;
    const enum status status =
        drift_report_of(api->service, model, request->arena, &report, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    json_t *signals = json_object();
    bool raised = false;
    for (size_t k = 0; k < DRIFT_KINDS; k++) {
        const struct drift_signal *signal = &report.signals[k];
        raised |= signal->is_raised;
        json_object_set_new(signals, drift_kind_name((enum drift_kind)k),
                            json_pack("{s:o, s:o, s:f, s:I, s:b, s:b}", "value",
                                      number(signal->value), "expected", number(signal->expected),
                                      "limit", signal->limit, "rows", (json_int_t)signal->rows,
                                      "enough", signal->is_enough, "raised", signal->is_raised));
    }
    response_json(response, request,
                  json_pack("{s:o, s:I, s:I, s:o, s:b, s:o}", "model",
                            film_text(report.model, strlen(report.model)), "time",
                            (json_int_t)report.time, "rows", (json_int_t)report.rows, "oldest",
                            report.oldest ? json_integer(report.oldest) : json_null(), "raised",
                            raised, "signals", signals));
}
