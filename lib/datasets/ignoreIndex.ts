/** The label of pixels that no loss and no score may count. */
export const ignoreIndex = 255;
