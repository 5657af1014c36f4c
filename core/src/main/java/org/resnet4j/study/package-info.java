/**
 * The experiments: why residual networks work, shown on anyone's data, and what to do with it.
 *
 * <p>A study is a plan, a list of {@link org.resnet4j.study.Cells cells} of work whose results stay
 * in its folder, and a report that is made of them. Start at {@link
 * org.resnet4j.study.Degradation}.
 */
@NullMarked
package org.resnet4j.study;

import org.jspecify.annotations.NullMarked;
