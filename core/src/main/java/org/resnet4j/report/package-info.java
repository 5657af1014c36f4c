/**
 * Self-contained HTML reports: one file, no scripts, nothing fetched, readable in ten years.
 *
 * <p>Start at {@link org.resnet4j.report.RunReport}, of a training run, and {@link
 * org.resnet4j.report.StudyReport}, of an experiment, whose {@linkplain org.resnet4j.report.Figure
 * figures} are data that others fill and this package draws.
 */
@NullMarked
package org.resnet4j.report;

import org.jspecify.annotations.NullMarked;
