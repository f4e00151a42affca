/** Whether gateways send relays to a supplier of this status: also where what it offers and what runs here differ in part. */
export const isServing = (status: string): boolean => status === 'active' || status === 'active-differs'
