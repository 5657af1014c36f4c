/**
 * Self-contained HTML reports: one file, no scripts, nothing fetched, readable in ten years.
 *
 * <p>Start at {@link org.resnet4j.report.RunReport}. Charts, tables and the drawing of a network
 * are elements that later reports can reuse.
 */
@NullMarked
package org.resnet4j.report;

import org.jspecify.annotations.NullMarked;
