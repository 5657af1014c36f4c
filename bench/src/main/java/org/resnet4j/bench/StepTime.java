package org.resnet4j.bench;

/**
 * A step of a plan and what it took.
 *
 * @param operator as oneDNN names it
 * @param reorder whether it only copies into another layout or type
 */
record StepTime(String name, String operator, boolean reorder, double millis) {}
