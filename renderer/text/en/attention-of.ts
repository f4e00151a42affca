/** Which of several suppliers a finding is about, and to how many more it applies. */
export const attentionOf = {
  one: '{{sentence}} ({{supplier}})',
  more_one: '{{sentence}} ({{supplier}} and one more)',
  more_other: '{{sentence}} ({{supplier}} and {{count}} more)',
} as const
