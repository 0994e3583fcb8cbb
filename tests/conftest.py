"""How tests are run: the options --examples and --seed, samples and markers by folder.

The course tests load this file on Python 3.8 too.
"""

import os

# One thread in each worker of pytest-xdist: they share the CPUs. Before NumPy is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for _variable in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(_variable + "_NUM_THREADS", "1")
    os.environ.setdefault("CONVPOOL_NUM_THREADS", "1")

import functools
import importlib.util
import pathlib
import sys

import pytest
from hypothesis import HealthCheck, settings

from support import sampling

TESTS = pathlib.Path(__file__).parent
COURSE = TESTS.parent / "math" / "0x04-convolutions_and_pooling"

# The cases of each test that are run; the others are marked `full`. By file or folder.
SAMPLES = {
    "check/behaviour/test_items.py": 3,
    "check/behaviour/test_judged_answers.py": 4,
    "check/behaviour/test_accepted_same.py": 3,
    "check/behaviour/test_named_causes.py": 1,
    "check/diagnosis/test_readings.py": 16,
    "check/diagnosis/test_students_files.py": 12,
    "check/diagnosis/test_tracing.py": 2,
    "check/rules/test_broken_files.py": 3,
    "check/rules/test_pages.py": 12,
    "check/rules/test_right_styles.py": 3,
    "check/rules/test_unreadable_files.py": 2,
    "check/sandbox/test_caller.py": 3,
    "check/sandbox/test_hostile.py": 3,
    "check/sandbox/test_loading.py": 4,
    "check/test_right_and_broken.py": 4,
    "course/test_mains.py": 1,
    "datasets/test_files.py": 3,
    "engines/compiled": 2,
    "engines/fft": 2,
    "engines/numpy/test_footprint_and_median.py": 16,
    "engines/numpy/test_pointwise.py": 6,
    "engines/numpy/test_pooling.py": 6,
    "engines/test_agreement.py": 6,
    "engines/test_few_windows.py": 4,
    "engines/test_long_sums.py": 4,
    "engines/test_small_products.py": 6,
    "explanation/test_window_pictures.py": 5,
    "explorer/test_compare.py": 2,
    "explorer/test_layer.py": 2,
    "explorer/test_link_fragment.py": 2,
    "explorer/test_network.py": 1,
    "explorer/test_own_numbers.py": 2,
    "explorer/test_paste.py": 2,
    "explorer/test_tour.py": 2,
    "explorer/test_views.py": 3,
    "explorer/test_worksheet.py": 1,
    "out_of_core/test_large_files.py": 2,
    "out_of_core/test_tiles.py": 4,
    "plans/test_make_convolution.py": 6,
    "plans/test_prepack.py": 40,
    "plans/test_shared_memory.py": 12,
    "project/test_benchmark_course.py": 1,
    "system/test_whole_files.py": 1,
    "test_memory.py": 1,
    "test_small_world.py": 3,
}

# Markers by file or folder: what needs more than this process and takes longer.
MARKERS = {
    "browser": ["explorer"],
    "children": [
        "check",
        "commands",
        "course/test_mains.py",
        "demo",
        "explanation/test_notebook.py",
        "engines/compiled/test_crew.py",
        "engines/test_threads.py",
        "photos/test_damaged_files.py",
        "photos/test_picture_bands.py",
        "project",
        "system",
        "test_configuration.py",
        "test_memory.py",
        "test_small_world.py",
        "typing",
    ],
    "cluster": ["out_of_core/test_dask_cluster.py"],
}

LONGEST = "test_small_world.py"  # takes half as long as all others, with all its cases

# Tests that take seconds and rarely break: `full`. By file, names of tests with what stands in
# brackets, or without it for all of them. The brief's Python runs its tests all the same.
SLOW = {
    "explorer/test_written_numbers.py": [
        "test_decimals_have_a_comma",
        "test_what_is_written_adds_up_or_says_that_it_is_rounded",
    ],
    "explorer/test_tour_words.py": [
        "test_what_is_shown_has_been_explained",
        "test_what_a_text_proposes_is_a_button_beside_it",
        "test_settings_stand_under_the_tour_with_the_picture_in_sight",
    ],
    "check/behaviour/test_cases_and_readings.py": [
        "test_what_the_cases_do_not_tell_apart_is_the_same"
    ],
    "check/behaviour/test_items.py": ["test_the_deadline_is_kept_across_tasks"],
    "check/behaviour/test_accepted_same.py": ["test_the_size_alone"],
    "check/behaviour/test_processes.py": [
        "test_a_submission_in_a_process_of_its_own",
        "test_an_interrupt_ends_all_children_at_once",
        "test_own_seven_files_hold[current]",
    ],
    "check/behaviour/test_timing.py": ["test_own_files_are_timed_once", "test_ratios_and_the_bar"],
    "check/rules/test_isolated.py": [
        "test_long_texts_come_to_an_end[branches]",
        "test_long_texts_come_to_an_end[f-strings]",
        "test_long_texts_come_to_an_end[names]",
    ],
    "check/rules/test_pycodestyle.py": ["test_a_python_that_fails_is_said"],
    "check/sandbox/test_deadline.py": ["test_who_waits_for_a_processor_is_starved"],
    "check/behaviour/test_named_causes.py": [
        "test_errors_say_what_would_be_right",
        "test_the_cause_is_named_once[the width by letters of the height]",
        "test_what_some_of_several_errors_have_by_chance_is_no_cause",
    ],
    "check/sandbox/test_hostile.py": [
        "test_hostile[ignores_signals-False]",
        "test_hostile_by_an_ordinary_user",
    ],
    "check/sandbox/test_loading.py": [
        "test_calls_after_an_endless_one_are_made",
        "test_after_an_endless_one_other_kernels_come_first",
    ],
    "check/test_checker.py": ["test_each_file_is_read_once"],
    "check/test_mutants.py": [
        "test_a_sample_of_mutants_is_caught[0]",
        "test_a_sample_of_mutants_is_caught[1]",
        "test_a_sample_of_mutants_is_caught[2]",
        "test_a_sample_of_mutants_is_caught[3]",
        "test_a_sample_of_mutants_is_caught[4]",
        "test_a_sample_of_mutants_is_caught[5]",
    ],
    "commands/test_main.py": [
        "test_a_bar_for_several_pictures_and_none_for_one",
        "test_no_bar_where_nobody_looks",
        "test_what_is_said_stands_on_lines_of_its_own_above_the_bar",
        "test_without_pillow_one_line_names_the_pip_line",
    ],
    "course/test_mains.py": ["test_main_prints_the_two_shapes", "test_main_shows_its_pictures"],
    "demo/test_run.py": [
        "test_every_pixel_is_a_square_of_whole_pixels",
        "test_seconds_are_those_of_the_call_alone",
        "test_the_pictures_are_valid_and_as_large_as_the_page_says",
    ],
    "engines/compiled/test_build.py": [
        "test_only_what_is_missing_is_compiled",
        "test_the_forms_of_arm64_compile",
    ],
    "engines/compiled/test_pooling.py": ["test_nothing_is_read_or_written_beside_fences"],
    "engines/fft/test_convolution.py": [
        "test_each_kernel_and_group_is_judged_by_itself",
        "test_error_bound_is_near_the_error",
        "test_float32_is_right_to_its_last_bit_or_next_to_it",
        "test_memory",
    ],
    "engines/numpy/test_pooling.py": [
        "test_memory_is_one_padded_image_and_64_mebibytes[avg in 3-d]",
        "test_memory_of_indices_is_one_padded_image_and_64_mebibytes",
    ],
    "engines/test_few_windows.py": ["test_more_axes_groups_and_channels_first"],
    "engines/test_long_sums.py": [
        "test_folded_windows_add_up_without_loss",
        "test_integers_stay_exact",
        "test_windows_given_back_add_up_without_loss",
    ],
    "engines/test_threads.py": ["test_children_forked_beside_many_callers[15]"],
    "explanation/test_notebook.py": ["test_a_notebook_shows_the_explanation"],
    "explorer/test_address.py": [
        "test_the_link_of_a_file_says_where_it_is_to_be_put",
        "test_ctrl_z_in_a_field_is_the_field_s",
        "test_back_and_undo_take_changes_back",
        "test_starting_over_can_be_undone",
        "test_the_theme_is_remembered",
    ],
    "explorer/test_arithmetic.py": [
        "test_the_code_gives_what_the_picture_shows",
        "test_what_a_pixel_scatters_adds_up_to_the_output",
    ],
    "explorer/test_compare.py": [
        "test_close_is_not_the_same",
        "test_factors_and_biases_are_named",
        "test_few_numbers_that_differ_are_named_with_the_product",
        "test_one_explanation_and_no_redundant_ones",
        "test_pasted_answers_are_explained",
        "test_pasted_nonsense_is_refused_in_words",
    ],
    "explorer/test_first_minute.py": [
        "test_embedded_it_has_the_photograph_full_screen_and_a_way_out",
        "test_escape_closes_the_list_of_keys_before_the_full_screen",
        "test_full_screen_begins_at_the_top_and_says_the_sizes",
        "test_an_example_says_why_a_border_of_zeros_is_dark",
        "test_basic_settings_are_few_and_hide_nothing_that_is_set",
        "test_it_can_be_embedded",
        "test_many_products_are_a_list",
        "test_on_a_phone_every_example_comes_into_sight_and_fits",
        "test_the_picture_fills_a_projector_and_a_clicker_steps",
        "test_the_sum_is_a_grid_with_subtotals",
    ],
    "explorer/test_in_class.py": [
        "test_letters_on_a_full_screen_are_balanced",
        "test_messages_cover_no_picture_and_go_when_something_is_done",
        "test_a_phone_shows_picture_and_sum_and_picture_and_settings",
        "test_an_embedded_question_is_seen_with_its_window",
        "test_leaving_a_full_screen_leads_to_the_part_that_filled_it",
        "test_the_network_and_the_views_fit_on_a_full_screen",
        "test_the_tour_fills_a_full_screen",
        "test_the_backward_pass_shows_input_and_kernel_on_a_full_screen",
        "test_the_sections_wrap_on_a_phone",
        "test_settings_on_a_full_screen_cover_nothing_and_a_click_beside_closes_them",
    ],
    "explorer/test_layer.py": [
        "test_sizes_without_limits_are_the_library_s",
        "test_a_transposed_convolution_is_a_convolution_with_zeros_inserted",
        "test_bias_and_relu_go_on_from_the_sum",
        "test_output_padding_says_what_it_chooses_between",
        "test_the_figures_of_conv_arithmetic_have_their_sizes",
        "test_weights_and_multiplications_are_counted",
    ],
    "explorer/test_link_fragment.py": [
        "test_the_page_opens_at_a_window_and_shows_what_the_library_gives"
    ],
    "explorer/test_looks.py": [
        "test_negative_numbers_are_signed_colours_and_a_switch_decides",
        "test_padding_that_repeats_pixels_has_their_colours",
        "test_a_question_about_a_size_has_a_large_picture_that_stays_where_it_is",
        "test_a_photo_begins_at_an_edge_away_from_the_border",
        "test_groups_are_said_at_the_picture_and_why_there_are_none",
        "test_no_sum_is_cut_off_beside_the_picture",
        "test_what_is_for_the_screen_is_not_printed",
        "test_a_gif_has_a_picture_for_each_step",
        "test_a_gif_says_how_far_it_is_and_its_size_and_stops",
        "test_a_saved_picture_names_the_channel_in_front",
        "test_identity_of_a_photograph_looks_identical",
        "test_paper_is_white_in_the_dark_theme",
        "test_picture_and_sum_are_seen_together_at_a_zoom_of_200_percent",
        "test_the_legend_says_what_there_is",
        "test_what_is_chosen_is_framed_where_the_system_chooses_the_colours",
        "test_what_is_not_negative_stays_grey",
    ],
    "explorer/test_network.py": [
        "test_a_clicker_walks_from_a_pixel_to_the_digit_on_a_full_screen",
        "test_the_maps_of_an_empty_pad_are_pale",
        "test_a_click_on_a_map_chooses_the_neuron_and_arrows_move_it",
        "test_a_score_becomes_a_probability",
        "test_lines_lead_to_a_neuron_and_its_kernel_is_framed",
        "test_every_ready_digit_is_read_right_and_one_is_drawn",
        "test_the_sum_of_a_neuron_stands_below_its_layer_on_a_phone",
    ],
    "explorer/test_own_numbers.py": [
        "test_a_picture_keeps_its_numbers_when_it_grows",
        "test_presets_are_whole_kernels_of_their_size",
        "test_a_preset_without_this_size_says_what_it_does",
        "test_channels_do_not_share_weights_and_depthwise_kernels_are_alike",
        "test_a_picture_of_one_s_own_stays_in_colour",
        "test_each_picture_has_its_own_size",
        "test_large_kernels_stay_in_the_link",
        "test_numbers_of_one_s_own_come_back",
        "test_the_first_picture_can_be_checked_in_the_head",
        "test_the_tour_brings_them_back_too",
    ],
    "explorer/test_page.py": [
        "test_a_file_that_comes_too_late_is_forgotten",
        "test_a_finger_does_the_same",
        "test_a_large_photo_is_read_while_the_controls_work",
        "test_a_link_opens_the_same_picture",
        "test_a_page_made_with_a_photo_begins_with_it",
        "test_a_picture_of_one_s_own",
        "test_an_input_pixel_shows_what_it_feeds",
        "test_axe_finds_nothing",
        "test_code_is_shown_marked_and_copied",
        "test_every_control_does_what_the_library_does",
        "test_everything_is_reached_by_keyboard_and_its_focus_is_seen",
        "test_files_that_are_no_pictures_are_refused_in_words",
        "test_it_plays_to_the_end_both_ways_and_does_not_chatter",
        "test_little_motion_is_respected_and_the_theme_can_be_changed",
        "test_nonsense_in_a_link_is_named_and_left_out",
        "test_numbers_out_of_bounds_are_refused_in_words",
        "test_numbers_stand_out_from_their_cells",
        "test_pictures_are_saved",
        "test_pixels_are_painted_by_pointer_and_by_keys",
        "test_pooling_says_its_divisor",
        "test_scattering_shows_products_and_what_an_output_is_made_of",
        "test_settings_that_give_nothing_say_what_would",
        "test_sizes_are_said_with_their_numbers",
        "test_steps_forwards_backwards_and_scrubbed",
        "test_the_numbers_are_there_as_tables",
        "test_the_output_grows_with_the_steps_where_asked",
        "test_the_page_never_scrolls_sideways",
        "test_the_planes_in_front_are_chosen_and_belong_together",
        "test_weights_are_typed_in_and_stay_where_the_kernel_grows",
        "test_what_stays_of_the_picture_is_never_that_of_another",
    ],
    "explorer/test_paste.py": [
        "test_what_is_beyond_the_page_is_said",
        "test_a_call_sets_the_page",
        "test_a_matrix_becomes_the_input_or_the_kernel",
        "test_cells_have_one_format_without_loss_of_whole_digits",
        "test_numbers_are_typed_as_one_writes_them",
        "test_opencv_filters_each_channel_with_one_kernel",
        "test_the_page_shows_what_scipy_gives",
    ],
    "explorer/test_photo_view.py": [
        "test_a_clicker_sweeps_over_the_whole_photograph",
        "test_a_kernel_has_the_same_shading_on_every_photograph",
        "test_a_photograph_stays_one_while_a_weight_grows",
        "test_numbers_have_no_photograph",
        "test_the_pixels_of_the_frame_are_brought_into_the_picture",
        "test_a_frame_on_the_photograph_follows_pointer_and_steps_with_its_sum[page]",
        "test_a_kernel_has_the_same_shading_on_every_photograph[astronaut]",
        "test_a_kernel_has_the_same_shading_on_every_photograph[cat]",
        "test_a_photograph_is_filtered_as_the_library_filters_it",
        "test_more_channels_of_a_photograph_are_filtered_alike",
        "test_the_camera_is_shown_mirrored_and_stops",
    ],
    "explorer/test_tour.py": [
        "test_on_a_phone_nothing_covers_the_buttons_of_the_tour",
        "test_same_with_a_stride_is_shown_and_calculated",
        "test_a_further_question_leads_back_to_its_own_picture",
        "test_the_self_test_starts_in_sight",
        "test_text_that_the_picture_has_left_behind_says_so",
        "test_a_convolution_with_a_stride_has_its_loops",
        "test_the_result_has_the_nine_answers_in_short",
        "test_the_self_test_draws_what_can_be_told_apart",
        "test_the_stop_is_in_the_link_and_back_goes_to_the_one_before",
        "test_a_right_answer_is_right_whatever_was_played_with",
        "test_answers_are_shown_and_the_tour_can_be_left",
        "test_another_try_comes_before_the_answer_and_digits_are_no_shortcuts",
        "test_the_example_is_worked_out_with_the_picture_s_numbers",
        "test_the_loops_run_beside_the_picture",
        "test_the_tour_to_its_end",
        "test_what_the_tour_says_of_its_kernel_is_so",
    ],
    "explorer/test_own_questions.py": [
        "test_a_link_asks_a_teacher_s_questions",
        "test_a_question_names_its_place_and_each_form_is_listed",
        "test_padding_and_stride_are_asked_for_and_judged_by_the_size",
        "test_questions_without_sense_are_left_out",
    ],
    "explorer/test_views.py": [
        "test_further_poolings_have_steps_of_their_own",
        "test_a_gradient_is_changed_and_its_sums_are_shown",
        "test_further_poolings_are_the_library_s",
        "test_gradients_are_the_library_s_and_both_products_agree",
        "test_several_kernels_are_several_columns",
        "test_shifted_copies_and_channels_add_up_to_the_output",
        "test_two_dice_are_a_convolution",
        "test_windows_are_the_rows_of_a_matrix",
    ],
    "explorer/test_words.py": [
        "test_none_is_left_outside_of_the_tables",
        "test_the_browser_and_a_switch_choose_the_language",
        "test_the_tour_speaks_each_language",
    ],
    "explorer/test_worksheet.py": [
        "test_a_covered_picture_gives_no_worksheet",
        "test_a_sheet_says_all_that_its_answers_need",
        "test_a_worksheet_is_one_page_with_and_without_answers",
        "test_answers_are_there_only_where_they_are_wanted",
    ],
    "out_of_core/test_large_files.py": [
        "test_a_file_that_does_not_fit_in_memory",
        "test_the_recipe_for_xarray",
    ],
    "out_of_core/test_tiles.py": [
        "test_a_convolution_in_tiles_is_the_whole",
        "test_memory_is_bounded[fft-f8]",
    ],
    "photos/test_picture_bands.py": ["test_bands_are_the_whole"],
    "photos/test_damaged_files.py": ["test_a_sample_of_damaged_files"],
    "project/test_benchmark_course.py": ["test_data_from_files", "test_table_has_every_row"],
    "project/test_benchmark_library.py": ["test_engines_and_growth_run", "test_small_table_runs"],
    "project/test_benchmark_networks.py": ["test_tables_run"],
    "project/test_benchmark_pictures.py": ["test_table_runs"],
    "project/test_collection.py": [
        "test_a_sample_follows_from_the_seed_alone",
        "test_ids_are_those_of_every_process",
        "test_ids_that_depend_on_the_process_are_found",
    ],
    "project/test_site.py": ["test_a_recipe_runs"],
    "project/test_translations.py": ["test_both_sides_are_the_same"],
    "system/test_whole_files.py": [
        "test_a_full_disk_loses_nothing_and_leaves_nothing",
        "test_a_quota_loses_nothing_and_leaves_nothing",
    ],
    "test_gradients.py": ["test_missing_pixels_of_a_convolution_against_finite_differences"],
    "test_missing_pixels.py": ["test_as_astropy"],
    "test_onnx.py": [
        "test_onnx[convpool-AveragePool]",
        "test_no_case_is_lost[AveragePool]",
        "test_no_case_is_lost[LpPool]",
        "test_no_case_is_lost[MaxPool]",
        "test_onnx[convpool-LpPool]",
        "test_onnx[convpool-MaxPool]",
        "test_onnx[convpool.reference-AveragePool]",
        "test_onnx[convpool.reference-Conv]",
        "test_onnx[convpool.reference-LpPool]",
        "test_onnx[convpool.reference-MaxPool]",
    ],
    "test_small_world.py": [
        "test_nothing_is_touched_beside_arrays[compiled]",
        "test_nothing_is_touched_beside_arrays[fft]",
        "test_nothing_is_touched_beside_arrays[numpy]",
    ],
    "typing/test_types.py": [
        "test_every_error_is_found_in_wrong_code",
        "test_nothing_is_found_in_right_code",
        "test_the_code_runs",
    ],
}


def pytest_addoption(parser):
    """Add the options for samples."""
    group = parser.getgroup("convpool")
    group.addoption(
        "--examples",
        type=int,
        default=sampling.EXAMPLES,
        help="examples of each property; from 1000 on, loops inside tests run over everything too",
    )
    group.addoption(
        "--seed", type=int, help="draw other samples and examples (default: always the same)"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Pass the options on to Hypothesis and to the samples, before tests are imported."""
    if not hasattr(config, "workerinput"):
        stop_if_loops_are_stale()
    examples, seed = config.getoption("examples"), config.getoption("seed")
    sampling.configure(examples, str(seed or 0))
    if seed is not None:
        config.option.hypothesis_seed = str(seed)
    settings.register_profile(
        "convpool",
        deadline=None,
        derandomize=seed
        is None,  # else failing examples are stored in .hypothesis, and tried first
        max_examples=examples,
        print_blob=True,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
        ],
    )
    settings.load_profile("convpool")


def stop_if_loops_are_stale():
    """Stop where libraries are missing, or were built from other sources than those here.

    That is where they can be built, and NumPy was not chosen to do all work.
    """
    found = map(importlib.util.find_spec, ("convpool", "numba"))
    if sys.version_info < (3, 11) or not all(found):
        return
    from convpool.engines.compiled import library

    old = [
        isa.name
        for isa in library.isas_of_processor()
        if library.is_stale(isa)
        or not os.path.exists(os.path.join(library.FOLDER, library.file_name(isa)))
    ]
    if old and os.environ.get(library.VARIABLE) != library.NONE:
        pytest.exit(
            "the compiled loops ({}) are not those of the sources here: run make loops".format(
                ", ".join(old)
            ),
            returncode=pytest.ExitCode.USAGE_ERROR,
        )


def pytest_report_header(config):
    """Say how to draw the same samples again."""
    seed = config.getoption("seed")
    words = "" if seed is None else f" --seed {seed}"
    return f"samples: --examples {config.getoption('examples')}{words}"


@functools.lru_cache(maxsize=None)  # noqa: UP033 (the brief's Python has no cache)
def of_file(path):
    """Return the markers of a test file, relative to tests/, and its sizes of samples."""

    def lies_in(place):
        return path == place or path.startswith(place + "/")

    markers = [marker for marker, places in MARKERS.items() if any(map(lies_in, places))]
    return markers, [count for place, count in SAMPLES.items() if lies_in(place)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests by where they stand, and as `full` those that are not in the sample of a table."""
    cases = {}
    for item in items:
        path = item.path.relative_to(TESTS).as_posix() if TESTS in item.path.parents else item.name
        markers, samples = of_file(path)
        for marker in markers:
            item.add_marker(marker)
        names = {item.name, getattr(item, "originalname", None)}
        if sys.version_info >= (3, 11) and not names.isdisjoint(SLOW.get(path, ())):
            item.add_marker("full")
        for count in samples:
            name = "{} {}".format(path, getattr(item, "originalname", item.name))
            cases.setdefault((name, count), []).append(item)
    # files that take long first, so that no worker is left with one of them at the end
    items.sort(
        key=lambda item: (
            item.path.name != LONGEST,
            not any(map(item.get_closest_marker, ("browser", "children"))),
        )
    )
    for (name, count), table in cases.items():
        drawn = sampling.in_sample(len(table), count, name)
        for k, item in enumerate(table):
            if k not in drawn:
                item.add_marker("full")


@pytest.fixture(scope="session")
def seven_files():
    """Return the brief's seven functions by name, loaded by path."""
    functions = {}
    for path in sorted(COURSE.glob("?-*.py")):
        if not path.stem.endswith("-main"):
            spec = importlib.util.spec_from_file_location(path.stem, str(path))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            name = path.stem.split("-")[1]
            functions[name] = getattr(module, name)
    return functions
