package org.resnet4j.study;

/** Does depth alone make networks worse? arXiv 1512.03385, sections 1, 4.1 and 4.2. */
public final class Degradation {
  private Degradation() {}
}
