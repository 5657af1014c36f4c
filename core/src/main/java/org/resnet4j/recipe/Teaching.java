package org.resnet4j.recipe;

/**
 * What another network adds to the labels: knowledge distillation, arXiv 1503.02531.
 *
 * @param teacher a model folder, or the folder of a run that has one; {@code none} for no teacher
 * @param teacherTemperature what the logits of both networks are divided by, so that the wrong
 *     classes tell something
 * @param teacherShare of the teacher's answer in the loss; the rest is that of the labels
 */
public record Teaching(String teacher, double teacherTemperature, double teacherShare) {
  private static final String NONE = "none";
  private static final double USUAL_TEMPERATURE = 4;
  private static final double USUAL_SHARE = 0.9;

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Teaching {
    new Problems()
        .check(!teacher.isBlank(), "teacher = : must be a model folder, or none")
        .check(
            teacherTemperature > 0 && teacherTemperature <= 1000,
            "teacher-temperature = %s: must be above 0 and at most 1000",
            teacherTemperature)
        .check(
            teacherShare > 0 && teacherShare <= 1,
            "teacher-share = %s: must be above 0 and at most 1; for no teacher, set teacher = none",
            teacherShare)
        .check(
            !teacher.equals(NONE)
                || (teacherTemperature == USUAL_TEMPERATURE && teacherShare == USUAL_SHARE),
            "teacher-temperature = %s, teacher-share = %s: there is no teacher; set teacher, or leave 4"
                + " and 0.9",
            teacherTemperature,
            teacherShare)
        .refuse();
  }

  /** Whether there is a teacher. */
  public boolean isPresent() {
    return !teacher.equals(NONE);
  }
}
