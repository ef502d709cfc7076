// Version of the REST door: the first number changes when something that was there goes away.
export const apiVersion = '1.0.0';
